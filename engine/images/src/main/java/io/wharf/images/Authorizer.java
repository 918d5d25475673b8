package io.wharf.images;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.RegistryAuth;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Meets a registry's challenge: a password in the header, or a token from the place that the registry names. */
final class Authorizer {
    private static final String CLIENT = "docker";

    private final HttpClient http;
    private final String scope;
    private final @Nullable RegistryAuth auth;

    Authorizer(HttpClient http, String scope, @Nullable RegistryAuth auth) {
        this.http = http;
        this.scope = scope;
        this.auth = auth;
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
                    ? Future.failedFuture(new WharfException(ErrorKind.UNAUTHORIZED, "no basic auth credentials"))
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
        String realm = challenge.get("realm");
        if (!realm.startsWith("https://") && !realm.startsWith("http://")) {
            return Future.failedFuture(WharfException.internal("the registry names no place to get a token from"));
        }
        String wanted = scope.isEmpty() ? challenge.get("scope") : scope;
        String query =
                "service=" + encoded(challenge.get("service")) + (wanted.isEmpty() ? "" : "&scope=" + encoded(wanted));
        String refresh = auth == null || auth.identityToken() == null ? "" : auth.identityToken();
        boolean refreshing = !refresh.isEmpty();
        String url = refreshing
                ? realm
                : realm
                        + (realm.indexOf('?') < 0 ? "?" : "&")
                        + query
                        + (auth == null || basic == null ? "" : "&account=" + encoded(String.valueOf(auth.username())));
        RequestOptions options = new RequestOptions()
                .setMethod(refreshing ? HttpMethod.POST : HttpMethod.GET)
                .setAbsoluteURI(url);
        if (basic != null && !refreshing) {
            options.putHeader("Authorization", basic);
        }
        return http.request(options)
                .compose(request -> refreshing
                        ? request.putHeader("Content-Type", "application/x-www-form-urlencoded")
                                .send(Buffer.buffer(query + "&grant_type=refresh_token&client_id=" + CLIENT
                                        + "&refresh_token=" + encoded(refresh)))
                        : request.send())
                .compose(response -> RegistrySession.body(response).compose(body -> {
                    if (response.statusCode() != 200) {
                        return Future.failedFuture(
                                RegistryError.of("Get \"" + realm + "\"", response.statusCode(), body));
                    }
                    JsonNode answer = Json.parse(body, JsonNode.class);
                    String token = answer.path("token")
                            .asText(answer.path("access_token").asText(""));
                    return token.isEmpty()
                            ? Future.failedFuture(WharfException.internal("the answer of " + realm + " has no token"))
                            : Future.succeededFuture("Bearer " + token);
                }));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
