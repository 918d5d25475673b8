package io.wharf.images.registry;

import static io.wharf.images.Room.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.wharf.contracts.ImageService.Login;
import io.wharf.contracts.ImageService.PullImage;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.contracts.RegistryOptions;
import io.wharf.contracts.RegistryOptions.Proxies;
import io.wharf.images.FlakyRegistry;
import io.wharf.images.Room;
import io.wharf.images.Room.Tar;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens of every kind, and proxies between. */
class CredentialsTest {
    private Room room;
    private FlakyRegistry registry;
    private HttpServer issuer;
    private final List<String> forms = Collections.synchronizedList(new ArrayList<>());

    /** Where the place for tokens sends who asks there, if anywhere. */
    private volatile @Nullable String moved;

    private volatile int movedBy = 307;

    @BeforeEach
    void open() {
        room = Room.open();
        registry = new FlakyRegistry(room.vertx);
        registry.image("t", new Tar().file("f", "x").bytes());
        issuer = await(room.vertx.createHttpServer().requestHandler(this::issue).listen(0, "127.0.0.1"));
        registry.mood((self, request) -> {
            if ("Bearer good".equals(request.getHeader("Authorization"))) {
                return request.path().equals("/v2/") && request.response().end() != null;
            }
            request.response()
                    .setStatusCode(401)
                    .putHeader(
                            "WWW-Authenticate",
                            "Bearer realm=\"http://127.0.0.1:" + issuer.actualPort() + "/token\",service=\"s\"")
                    .end("{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}");
            return true;
        });
    }

    private void issue(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            forms.add(request.method() + " " + request.uri() + " " + body + " " + request.getHeader("Authorization"));
            String elsewhere = moved;
            if (elsewhere != null && request.path().equals("/token")) {
                String query = request.query() == null ? "" : "?" + request.query();
                request.response()
                        .setStatusCode(movedBy)
                        .putHeader("Location", elsewhere.replace("PORT", "" + issuer.actualPort()) + query)
                        .end();
                return;
            }
            if ("Basic bWU6d3Jvbmc=".equals(request.getHeader("Authorization"))) {
                request.response()
                        .setStatusCode(401)
                        .end(
                                "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"incorrect username or password\"}]}");
            } else {
                request.response().end("{\"access_token\":\"good\",\"refresh_token\":\"kept\"}");
            }
        });
    }

    @AfterEach
    void close() {
        await(issuer.close());
        registry.close();
        room.close();
    }

    private void pull(RegistryAuth auth) {
        room.watch(room.images.pull(new PullImage(registry.host() + "/app", "t", false, null, auth)));
    }

    @Test
    void identityToken_isSentInAForm() {
        pull(new RegistryAuth(null, null, null, "id", null));
        assertThat(forms)
                .containsExactly("POST /token service=s&scope=repository%3Aapp%3Apull&grant_type=refresh_token"
                        + "&client_id=docker&refresh_token=id null");
    }

    @Test
    void registryToken_isShownAsItIs() {
        pull(new RegistryAuth(null, null, null, null, "good"));
        assertThat(forms).isEmpty();
    }

    @Test
    void login_answersATokenForThePassword() {
        assertThat(await(room.images.authenticate(new RegistryAuth("me", "pw", registry.host(), null, null))))
                .satisfies(login -> assertThat(((Login) login).identityToken()).isEqualTo("kept"));
        assertThat(forms)
                .singleElement()
                .asString()
                .contains("offline_token=true")
                .contains("account=me");
        assertThatThrownBy(() ->
                        await(room.images.authenticate(new RegistryAuth("me", "wrong", registry.host(), null, null))))
                .hasMessageContaining("unauthorized: incorrect username or password");
    }

    @Test
    void tokensOfOnePull_areAskedForOnce() {
        pull(null);
        assertThat(forms).hasSize(1);
    }

    @Test
    void image_thatIsHere_isNotGivenToWhomTheRegistryRefuses() {
        pull(new RegistryAuth("me", "pw", null, null, null));
        registry.requests.clear();
        assertThatThrownBy(() -> pull(new RegistryAuth("me", "wrong", null, null, null)))
                .hasMessageContaining("incorrect username or password");
        // To whom it gives the manifest, the layers are allowed: nothing else is asked for.
        pull(new RegistryAuth("you", "pw", null, null, null));
        assertThat(registry.requests).noneMatch(line -> line.contains("/blobs/"));
    }

    @Test
    void tokens_areFetchedFromWhereTheirPlaceHasMoved() {
        moved = "/new/token";
        pull(new RegistryAuth("me", "pw", null, null, null));
        assertThat(forms).hasSize(2);
        assertThat(forms.getLast()).startsWith("GET /new/token?").contains("account=me", "Basic bWU6cHc=");
        forms.clear();
        pull(new RegistryAuth(null, null, null, "id", null));
        assertThat(forms.getLast()).startsWith("POST /new/token ").contains("refresh_token=id");
    }

    @Test
    void secrets_doNotFollowTokensElsewhere() {
        moved = "http://localhost:PORT/new/token";
        pull(new RegistryAuth("me", "pw", null, null, null));
        assertThat(forms.getLast()).startsWith("GET /new/token?").endsWith(" null");
        forms.clear();
        RegistryAuth identity = new RegistryAuth(null, null, null, "id", null);
        assertThatThrownBy(() -> pull(identity)).hasMessageContaining("invalid redirect to \"http://localhost:");
        assertThat(forms).hasSize(1);
        movedBy = 303;
        forms.clear();
        pull(identity);
        assertThat(forms.getLast()).startsWith("GET /new/token ").doesNotContain("refresh_token");
    }

    @Test
    void tokens_thatAreSentInCirclesEnd() {
        moved = "/token";
        assertThatThrownBy(() -> pull(null)).hasMessageContaining("stopped after 10 redirects");
        assertThat(forms).hasSize(11);
    }

    @Test
    void proxies_areChosenAsGoDoes() {
        ProxyChoice choice = new ProxyChoice(new Proxies(
                "http://u:p%40@proxy:3128", "proxys:8443", "direct.test, .sub.test,10.0.0.0/8,host.test:5000"));
        assertThat(choice.of(URI.create("http://registry.test/v2/")))
                .satisfies(proxy -> assertThat(proxy.getPassword()).isEqualTo("p@"));
        assertThat(choice.of(URI.create("https://registry.test/v2/")).getPort()).isEqualTo(8443);
        for (String direct : List.of(
                "http://localhost:5000/",
                "http://127.0.0.1/",
                "http://[::1]:5000/",
                "https://direct.test/",
                "https://a.direct.test/",
                "https://a.sub.test/",
                "http://10.1.2.3:5000/",
                "http://host.test:5000/")) {
            assertThat(choice.of(URI.create(direct))).as(direct).isNull();
        }
        for (String through : List.of("https://sub.test/", "http://11.1.2.3/", "http://host.test:5001/")) {
            assertThat(choice.of(URI.create(through))).as(through).isNotNull();
        }
    }

    @Test
    void pull_goesThroughAProxy() {
        registry.mood((self, request) -> request.method().name().equals("CONNECT")
                && request.response().setStatusCode(403).end() != null);
        await(room.images.reach(new RegistryOptions(
                List.of("registry.test:5000"),
                List.of(),
                List.of(),
                new Proxies("http://" + registry.host(), "http://" + registry.host(), null),
                3,
                5,
                2)));
        room.watch(room.images.pull(new PullImage("registry.test:5000/app", "t", false, null, null)));
        assertThat(registry.requests)
                .anyMatch(line -> line.startsWith("CONNECT registry.test:5000"))
                .anyMatch(line -> line.startsWith("GET http://registry.test:5000/v2/app/manifests/t"));
    }
}
