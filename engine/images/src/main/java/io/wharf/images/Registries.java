package io.wharf.images;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.RegistryAuth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where registries are asked, over which protocol, and the HTTP clients for it, made when they are first needed. */
final class Registries {
    private static final String HUB_HOST = "registry-1.docker.io";
    /** What Docker Hub calls itself in stored credentials. */
    private static final String HUB_SERVER = "index.docker.io";

    private static final int CONNECT_MILLIS = 30_000;
    private static final int IDLE_SECONDS = 60;
    // Long enough for the next layer; an idle engine holds no connection.
    private static final int KEEP_ALIVE_SECONDS = 4;
    private static final int CONNECTIONS = 8;

    private final Vertx vertx;
    private final List<String> insecure;
    private final List<String> mirrors;
    private @Nullable HttpClient checked;
    private @Nullable HttpClient unchecked;

    Registries(Vertx vertx, List<String> insecure, List<String> mirrors) {
        this.vertx = vertx;
        this.insecure = insecure;
        this.mirrors = mirrors;
    }

    /** One way to a registry: where its {@code /v2/} lies. */
    record Endpoint(String base, boolean trusting, boolean mirror) {}

    /**
     * Opens the repository at each of the places where it may be, until the work succeeds at one. A mirror that lacks
     * something is passed over; a registry's own refusal is final.
     */
    <T> Future<T> at(
            Reference repository,
            boolean writing,
            @Nullable RegistryAuth auth,
            Function<RegistrySession, Future<T>> work) {
        return attempt(endpoints(repository.domain(), writing), 0, repository, writing, auth, work);
    }

    private <T> Future<T> attempt(
            List<Endpoint> endpoints,
            int at,
            Reference repository,
            boolean writing,
            @Nullable RegistryAuth auth,
            Function<RegistrySession, Future<T>> work) {
        Endpoint endpoint = endpoints.get(at);
        boolean last = at == endpoints.size() - 1;
        String scope = "repository:" + repository.path() + (writing ? ":pull,push" : ":pull");
        RegistrySession session = new RegistrySession(
                client(endpoint.trusting()), endpoint.base(), repository, scope, endpoint.mirror() ? null : auth);
        return session.open()
                .compose(
                        opened -> endpoint.mirror() && !last
                                ? work.apply(session)
                                        .recover(failure -> attempt(endpoints, at + 1, repository, writing, auth, work))
                                : work.apply(session),
                        failure -> last || (failure instanceof WharfException && !endpoint.mirror())
                                ? Future.failedFuture(WharfException.of(failure))
                                : attempt(endpoints, at + 1, repository, writing, auth, work));
    }

    /** Checks credentials by opening the registry itself. */
    Future<Void> check(RegistryAuth auth) {
        String server = auth.serverAddress();
        String host = server == null || server.isEmpty() ? HUB_SERVER : hostOf(server);
        Reference any = Reference.parse((host.equals(HUB_SERVER) ? Reference.HUB : host) + "/x");
        List<Endpoint> endpoints = endpoints(any.domain(), true);
        return login(endpoints, 0, any, auth);
    }

    private Future<Void> login(List<Endpoint> endpoints, int at, Reference any, RegistryAuth auth) {
        Endpoint endpoint = endpoints.get(at);
        RegistrySession session = new RegistrySession(client(endpoint.trusting()), endpoint.base(), any, "", auth);
        return session.open()
                .compose(
                        opened -> session.ping(),
                        failure -> at == endpoints.size() - 1 || failure instanceof WharfException
                                ? Future.failedFuture(WharfException.of(failure))
                                : login(endpoints, at + 1, any, auth));
    }

    private static String hostOf(String server) {
        String bare = server.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        return slash < 0 ? bare : bare.substring(0, slash);
    }

    /** In the order in which they are asked; pushes go to the registry itself. */
    List<Endpoint> endpoints(String domain, boolean writing) {
        List<Endpoint> endpoints = new ArrayList<>();
        if (domain.equals(Reference.HUB)) {
            if (!writing) {
                for (String mirror : mirrors) {
                    String base = mirror.endsWith("/") ? mirror.substring(0, mirror.length() - 1) : mirror;
                    endpoints.add(new Endpoint(base, isInsecure(hostOf(base)), true));
                }
            }
            endpoints.add(new Endpoint("https://" + HUB_HOST, false, false));
            return endpoints;
        }
        boolean trusting = isInsecure(domain);
        endpoints.add(new Endpoint("https://" + domain, trusting, false));
        if (trusting) {
            endpoints.add(new Endpoint("http://" + domain, true, false));
        }
        return endpoints;
    }

    /** Whether the registry may be asked in clear text and with any certificate: always so on this machine. */
    boolean isInsecure(String domain) {
        int colon = domain.lastIndexOf(':');
        String host = colon > domain.lastIndexOf(']') ? domain.substring(0, colon) : domain;
        String bare = host.replace("[", "").replace("]", "");
        return bare.equals("localhost")
                || Cidr.contains("127.0.0.0/8", bare)
                || Cidr.contains("::1/128", bare)
                || insecure.stream()
                        .anyMatch(one -> one.equals(domain)
                                || one.equals(host)
                                || (one.indexOf('/') > 0 && Cidr.contains(one, bare)));
    }

    private HttpClient client(boolean trusting) {
        if (trusting) {
            if (unchecked == null) {
                unchecked = make(true);
            }
            return unchecked;
        }
        if (checked == null) {
            checked = make(false);
        }
        return checked;
    }

    private HttpClient make(boolean trusting) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeout(IDLE_SECONDS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setTrustAll(trusting)
                .setVerifyHost(!trusting);
        return vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }
}
