package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.wharf.contracts.AccessService.Question;
import io.wharf.contracts.AccessService.Trail;
import io.wharf.contracts.ContainerService.Created;
import io.wharf.contracts.ContainerService.Top;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands around the handlers: plugins, the trail, and what a role does not see. */
@Timeout(30)
class AskPluginsTest {
    private static final String BODY = "{\"Image\":\"a\",\"HostConfig\":{\"Privileged\":true}}";

    private ApiUnderTest api;

    @BeforeEach
    void open() throws IOException {
        api = new ApiUnderTest();
        api.containers.on("create", arguments -> Future.succeededFuture(new Created("id-of-it", List.of())));
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private String create(String query, String headers) throws IOException {
        return RawClient.ask(
                api.socket,
                "POST /containers/create" + query + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n" + headers
                        + "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY);
    }

    /** What the handler reads is what they see, by whatever name the client calls it. */
    @ParameterizedTest
    @ValueSource(
            strings = {"", "Content-Type: application/json\r\n", "Content-Type: \r\n", "Content-Type: text/plain\r\n"})
    void body_isShownWhateverItsType(String headers) throws IOException {
        List<Question> questions = api.authorizer();
        await().until(() -> {
            create("", headers);
            return !questions.isEmpty();
        });

        assertThat(new String(questions.getFirst().body(), StandardCharsets.UTF_8))
                .isEqualTo(BODY);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trail_namesWhatWasMade(boolean plugins) throws IOException {
        List<Trail> trails = new CopyOnWriteArrayList<>();
        api.access.on("record", arguments -> {
            trails.add((Trail) arguments[0]);
            return Future.succeededFuture();
        });
        if (plugins) {
            List<Question> questions = api.authorizer();
            await().until(() -> {
                RawClient.get(api.socket, "/_ping");
                return !questions.isEmpty();
            });
        }

        assertThat(create("", "")).startsWith("HTTP/1.1 201");
        assertThat(create("?name=web", "")).startsWith("HTTP/1.1 201");
        await().untilAsserted(() -> assertThat(trails).hasSize(2));
        assertThat(trails).extracting(Trail::target).containsExactly("id-of-it", "web");
        assertThat(trails).allSatisfy(trail -> assertThat(trail.facts()).containsEntry("result", "id-of-it"));
    }

    /** Of the ways to ask ps for the environment there are too many to list. */
    @Test
    void top_ofReaders_hasTheUsualColumns() throws IOException {
        api.containers.on("top", arguments -> Future.succeededFuture(new Top(List.of("PID"), List.of())));
        Path reader = api.door("read-only");

        assertThat(RawClient.get(reader, "/containers/web/top")).startsWith("HTTP/1.1 200");
        assertThat(RawClient.get(reader, "/containers/web/top?ps_args=-ef")).startsWith("HTTP/1.1 200");
        for (String environment : List.of("e", "-ef%20e", "eww", "-o%20environ")) {
            assertThat(RawClient.get(reader, "/containers/web/top?ps_args=" + environment))
                    .startsWith("HTTP/1.1 403")
                    .contains(" is refused: this socket's role is read-only, and it needs operator");
        }
        assertThat(RawClient.get(api.door("operator"), "/containers/web/top?ps_args=aux"))
                .startsWith("HTTP/1.1 200");
    }
}
