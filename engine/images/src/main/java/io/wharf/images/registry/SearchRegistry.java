package io.wharf.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService.Found;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.images.spec.Reference;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Searches a registry by the old index's {@code GET /v1/search}, as Docker does; most registries have none, and say so
 * with a 404. The registry is named in front of the term, Docker Hub is meant without one.
 */
public final class SearchRegistry {
    private static final String HUB_INDEX = "https://index.docker.io";
    private static final int LIMIT = 100;
    private static final Set<String> FILTERS = Set.of("is-automated", "is-official", "stars");

    private final Registries registries;

    public SearchRegistry(Registries registries) {
        this.registries = registries;
    }

    public Future<List<Found>> run(String term, int limit, Filters filters, @Nullable RegistryAuth auth) {
        if (limit < 0 || limit > LIMIT) {
            throw WharfException.invalid("limit " + limit + " is outside the range of [1, " + LIMIT + "]");
        }
        if (term.indexOf("://") >= 0) {
            throw WharfException.invalid(
                    "invalid repository name: repository name (" + term + ") should not have a scheme");
        }
        filters.values().keySet().stream()
                .filter(key -> !FILTERS.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw WharfException.invalid("invalid filter '" + key + "'");
                });
        int stars = number(filters);
        Boolean official = flag(filters, "is-official");
        Boolean automated = flag(filters, "is-automated");
        int slash = term.indexOf('/');
        boolean named = slash > 0 && Reference.isDomain(term.substring(0, slash));
        String domain = named ? term.substring(0, slash) : Reference.HUB;
        String words = named ? term.substring(slash + 1) : term.startsWith("library/") ? term.substring(8) : term;
        return registries
                .hosts(domain)
                .compose(hosts ->
                        at(hosts.stream().filter(host -> !host.mirror()).toList(), 0, domain, words, limit, auth))
                .map(found -> found.stream()
                        .filter(one -> one.stars() >= stars)
                        .filter(one -> official == null || official == one.official())
                        .filter(one -> automated == null || automated == one.automated())
                        .toList());
    }

    private static int number(Filters filters) {
        int most = 0;
        for (String text : filters.values().getOrDefault("stars", List.of())) {
            try {
                most = Math.max(most, Integer.parseInt(text));
            } catch (NumberFormatException e) {
                throw WharfException.invalid("invalid filter 'stars=" + text + "'");
            }
        }
        return most;
    }

    private static @Nullable Boolean flag(Filters filters, String key) {
        List<String> given = filters.values().getOrDefault(key, List.of());
        if (given.isEmpty()) {
            return null;
        }
        return switch (given.getFirst()) {
            case "true", "1" -> Boolean.TRUE;
            case "false", "0" -> Boolean.FALSE;
            default -> throw WharfException.invalid("invalid filter '" + key + "=" + given.getFirst() + "'");
        };
    }

    private Future<List<Found>> at(
            List<RegistryHost> hosts, int at, String domain, String words, int limit, @Nullable RegistryAuth auth) {
        RegistryHost host = hosts.get(at);
        String root = domain.equals(Reference.HUB) ? HUB_INDEX : host.base().replaceFirst("/v2$", "");
        String url = root + "/v1/search?q=" + URLEncoder.encode(words, StandardCharsets.UTF_8)
                + (limit == 0 ? "" : "&n=" + limit);
        Map<String, List<String>> headers =
                auth == null || auth.username() == null || auth.username().isEmpty()
                        ? Map.of()
                        : Map.of(
                                "Authorization",
                                List.of("Basic "
                                        + Base64.getEncoder()
                                                .encodeToString((auth.username() + ":" + auth.password())
                                                        .getBytes(StandardCharsets.UTF_8))));
        return registries
                .requests(host)
                .compose(requests ->
                        requests.send(HttpMethod.GET, url, headers, new Cancellation(), HttpClientRequest::send))
                .compose(response -> RegistryBodies.whole(response).map(body -> {
                    if (response.statusCode() == 404) {
                        throw WharfException.notImplemented("registry " + domain + " has no search: "
                                + HostRequests.asked(HttpMethod.GET, url) + ": 404 Not Found");
                    }
                    if (response.statusCode() != 200) {
                        throw RegistryError.of(HostRequests.asked(HttpMethod.GET, url), response.statusCode(), body);
                    }
                    return found(Json.parse(body, JsonNode.class));
                }))
                .recover(failure -> failure instanceof WharfException
                        ? Future.failedFuture(failure)
                        : at + 1 < hosts.size()
                                ? at(hosts, at + 1, domain, words, limit, auth)
                                : Future.failedFuture(
                                        new WharfException(ErrorKind.INTERNAL, String.valueOf(failure.getMessage()))));
    }

    private static List<Found> found(JsonNode answer) {
        List<Found> found = new ArrayList<>();
        for (JsonNode row : answer.path("results")) {
            found.add(new Found(
                    row.path("star_count").asLong(),
                    row.path("is_official").asBoolean(),
                    row.path("name").asText(""),
                    row.path("is_automated").asBoolean(),
                    row.path("description").asText("")));
        }
        return found;
    }
}
