package io.wharf.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.RegistryAuth;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Meets a registry's challenge: a password in the header, or a token from the place that the registry names (the
 * distribution project's token and OAuth 2 specifications).
 */
final class Authorizer {
    private static final String CLIENT = "docker";
    private static final int REDIRECTS = 10;

    private final HostRequests requests;
    private final String scope;
    private final @Nullable RegistryAuth auth;
    private final boolean login;
    private final Cancellation wish;
    private final Set<String> also = new LinkedHashSet<>();
    private boolean byToken;
    private String identity = "";

    /** {@code login} also asks for a token that stands for the password. */
    Authorizer(HostRequests requests, String scope, @Nullable RegistryAuth auth, boolean login, Cancellation wish) {
        this.requests = requests;
        this.scope = scope;
        this.auth = auth;
        this.login = login;
        this.wish = wish;
    }

    /** The token that may be kept instead of the password, empty where the registry gave none. */
    String identity() {
        return identity;
    }

    /** Wants to read another repository too, from the next token on; whether there are tokens, which alone tell of it. */
    boolean alsoRead(String path) {
        also.add(path);
        return byToken;
    }

    void doNotRead(String path) {
        also.remove(path);
    }

    /** The value of the Authorization header. */
    Future<String> obtain(List<String> challenges) {
        Challenge challenge = Challenge.best(challenges).orElse(null);
        String given = auth == null ? null : auth.registryToken();
        if (given != null && !given.isEmpty()) {
            return Future.succeededFuture("Bearer " + given);
        }
        String basic = basic();
        if (challenge == null || challenge.scheme().equals("basic")) {
            return basic == null
                    ? Future.failedFuture(WharfException.internal("no basic auth credentials"))
                    : Future.succeededFuture(basic);
        }
        return token(challenge, basic);
    }

    private @Nullable String basic() {
        if (auth == null || auth.username() == null || auth.username().isEmpty()) {
            return null;
        }
        String pair = auth.username() + ":" + (auth.password() == null ? "" : auth.password());
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private Future<String> token(Challenge challenge, @Nullable String basic) {
        byToken = true;
        String realm = challenge.get("realm");
        if (!realm.startsWith("https://") && !realm.startsWith("http://")) {
            return Future.failedFuture(WharfException.internal("the registry names no place to get a token from"));
        }
        String wanted = scope.isEmpty() ? challenge.get("scope") : scope;
        StringBuilder query = new StringBuilder();
        add(query, "service", challenge.get("service"));
        List<String> scopes = new ArrayList<>(List.of(wanted));
        also.forEach(path -> scopes.add("repository:" + path + ":pull"));
        String refresh = auth == null || auth.identityToken() == null ? "" : auth.identityToken();
        if (!refresh.isEmpty()) {
            add(query, "scope", String.join(" ", scopes));
            add(query, "grant_type", "refresh_token");
            add(query, "client_id", CLIENT);
            add(query, "refresh_token", refresh);
            return answer(
                    HttpMethod.POST,
                    realm,
                    Map.of("Content-Type", List.of("application/x-www-form-urlencoded")),
                    query.toString());
        }
        scopes.forEach(one -> add(query, "scope", one));
        if (basic != null && auth != null) {
            add(query, "account", String.valueOf(auth.username()));
        }
        if (login) {
            add(query, "client_id", CLIENT);
            add(query, "offline_token", "true");
        }
        String url = query.isEmpty() ? realm : realm + (realm.indexOf('?') < 0 ? "?" : "&") + query;
        return answer(HttpMethod.GET, url, basic == null ? Map.of() : Map.of("Authorization", List.of(basic)), null);
    }

    private Future<String> answer(
            HttpMethod method, String url, Map<String, List<String>> headers, @Nullable String form) {
        return ask(method, url, headers, form, 0)
                .compose(response -> RegistryBodies.whole(response).compose(body -> {
                    if (response.statusCode() != 200) {
                        return Future.failedFuture(RegistryError.ofToken(
                                HostRequests.asked(method, bare(url)), response.statusCode(), body));
                    }
                    JsonNode answer = Json.parse(body, JsonNode.class);
                    identity = answer.path("refresh_token").asText("");
                    String token = answer.path("token")
                            .asText(answer.path("access_token").asText(""));
                    return token.isEmpty()
                            ? Future.failedFuture(WharfException.internal(
                                    "authorization server did not include a token in the response"))
                            : Future.succeededFuture("Bearer " + token);
                }));
    }

    /**
     * Follows redirects as Go's client does, but that secrets never go to another place than the one that the registry
     * named: a password is left away there, a refresh token is not sent at all.
     */
    private Future<HttpClientResponse> ask(
            HttpMethod method, String url, Map<String, List<String>> headers, @Nullable String form, int redirects) {
        return requests.send(
                        method,
                        url,
                        headers,
                        wish,
                        form == null ? HttpClientRequest::send : request -> request.send(Buffer.buffer(form)))
                .compose(response -> {
                    String location = response.getHeader("Location");
                    if (response.statusCode() / 100 != 3 || location == null) {
                        return Future.succeededFuture(response);
                    }
                    URI here = URI.create(url);
                    URI there = resolved(here, location);
                    boolean same = there != null
                            && here.getScheme().equals(there.getScheme())
                            && here.getRawAuthority().equals(there.getRawAuthority());
                    boolean repeats = response.statusCode() == 307 || response.statusCode() == 308;
                    if (there == null || redirects == REDIRECTS || (form != null && repeats && !same)) {
                        response.request().reset();
                        return Future.failedFuture(WharfException.internal(HostRequests.asked(method, bare(url))
                                + (there == null || redirects < REDIRECTS
                                        ? ": invalid redirect to \"" + bare(location) + "\""
                                        : ": stopped after 10 redirects")));
                    }
                    boolean again = form != null && repeats;
                    return RegistryBodies.drop(response)
                            .compose(done -> ask(
                                    again ? method : HttpMethod.GET,
                                    there.toString(),
                                    same && (form == null || again) ? headers : Map.of(),
                                    again ? form : null,
                                    redirects + 1));
                });
    }

    private static @Nullable URI resolved(URI here, String location) {
        try {
            URI there = here.resolve(location);
            boolean web = "http".equals(there.getScheme()) || "https".equals(there.getScheme());
            return web && there.getRawAuthority() != null ? there : null;
        } catch (IllegalArgumentException notAUrl) {
            return null;
        }
    }

    /** Without the query, which may hold what is not to be shown. */
    private static String bare(String url) {
        return url.replaceFirst("\\?.*", "");
    }

    private static void add(StringBuilder query, String name, String value) {
        if (!value.isEmpty()) {
            query.append(query.isEmpty() ? "" : "&")
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }
}
