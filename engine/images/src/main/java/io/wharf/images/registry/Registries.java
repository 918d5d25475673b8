package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Login;
import io.wharf.contracts.ImageService.RegistryAuth;
import io.wharf.contracts.RegistryOptions;
import io.wharf.images.registry.RegistryHost.Capability;
import io.wharf.images.spec.Reference;
import io.wharf.linux.HostNames;
import io.wharf.linux.Pools;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The way to every registry: which hosts are asked, over which protocol, with which credentials. */
public final class Registries {
    /** What Docker Hub calls itself in stored credentials. */
    private static final String HUB_SERVER = "index.docker.io";
    /** For so long a registry that spoke plain HTTP is asked so first. */
    private static final long PLAIN_NANOS = 300_000_000_000L;

    private static final Duration LOOKUP = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final Pools pools;
    private final Transports transports;
    private final Map<String, Long> plain = new HashMap<>();
    private RegistryOptions options;

    public Registries(Vertx vertx, Pools pools, RegistryOptions options) {
        this.vertx = vertx;
        this.pools = pools;
        this.options = options;
        this.transports = new Transports(vertx, pools);
    }

    /** Counts from the next request on. */
    public void reach(RegistryOptions others) {
        options = others;
        plain.clear();
    }

    RegistryOptions options() {
        return options;
    }

    Patience patience() {
        return Patience.usual(options.attempts());
    }

    /** A repository to read from. */
    public Future<Repository> repository(Reference name, @Nullable RegistryAuth auth, Cancellation wish) {
        return hosts(name.domain())
                .map(hosts -> new Repository(hosts, host -> session(host, name, ":pull", auth, false, wish)));
    }

    /** The hosts of a registry; the disk is looked at each time. */
    Future<List<RegistryHost>> hosts(String domain) {
        RegistryOptions now = options;
        Map<String, List<InetAddress>> addresses = new HashMap<>();
        List<Future<?>> asked = new ArrayList<>();
        for (String name : HostsTable.names(now, domain)) {
            // Whoever dials it next will be told if it is not known.
            asked.add(HostNames.SYSTEM
                    .find(vertx, name, LOOKUP)
                    .onSuccess(found -> addresses.put(name, found))
                    .otherwiseEmpty());
        }
        return Future.join(asked)
                .compose(known -> pools.call(() -> new HostsTable(now, Map.copyOf(addresses)).read(domain)))
                .map(this::plainFirst);
    }

    /** A registry without TLS need not refuse it at every pull. */
    private List<RegistryHost> plainFirst(List<RegistryHost> hosts) {
        int last = hosts.size() - 1;
        RegistryHost fallback = hosts.get(last);
        Long spoke = fallback.fallback() ? plain.get(fallback.authority()) : null;
        if (spoke == null || System.nanoTime() - spoke > PLAIN_NANOS) {
            return hosts;
        }
        List<RegistryHost> turned = new ArrayList<>(hosts.subList(0, last - 1));
        turned.add(fallback.asFallback(false));
        turned.add(hosts.get(last - 1).asFallback(true));
        return turned;
    }

    private Future<RegistrySession> session(
            RegistryHost host,
            Reference name,
            String actions,
            @Nullable RegistryAuth auth,
            boolean login,
            Cancellation wish) {
        return requests(host).map(requests -> {
            Authorizer authorizer = authorizer(requests, name, actions, auth, login, wish);
            return new RegistrySession(requests, name, authorizer, wish);
        });
    }

    private static Authorizer authorizer(
            HostRequests requests,
            Reference name,
            String actions,
            @Nullable RegistryAuth auth,
            boolean login,
            Cancellation wish) {
        return new Authorizer(
                requests,
                actions.isEmpty() ? "" : "repository:" + name.path() + actions,
                requests.host().mirror() ? null : auth,
                login,
                wish);
    }

    Future<HostRequests> requests(RegistryHost host) {
        return transports
                .client(host.tls())
                .map(client -> new HostRequests(
                        vertx, client, host, new ProxyChoice(options.proxies()), patience(), this::spoke));
    }

    /** Remembers who spoke plain HTTP where TLS was tried first. */
    private void spoke(RegistryHost host) {
        if (host.isPlain() && !host.mirror()) {
            plain.put(host.authority(), System.nanoTime());
        } else {
            plain.remove(host.authority());
        }
    }

    /**
     * Opens the repository to write to, at the first host that takes content and answers; its refusal is final.
     */
    public <T> Future<T> at(
            Reference repository,
            boolean writing,
            @Nullable RegistryAuth auth,
            Cancellation wish,
            Function<RegistrySession, Future<T>> work) {
        Capability need = writing ? Capability.PUSH : Capability.PULL;
        return hosts(repository.domain())
                .compose(hosts -> attempt(
                        hosts.stream().filter(host -> host.can().contains(need)).toList(),
                        0,
                        host -> session(host, repository, writing ? ":pull,push" : ":pull", auth, false, wish)
                                .compose(session -> session.open().map(session)),
                        work));
    }

    private static <T> Future<T> attempt(
            List<RegistryHost> hosts,
            int at,
            Function<RegistryHost, Future<RegistrySession>> open,
            Function<RegistrySession, Future<T>> work) {
        if (hosts.isEmpty()) {
            return Future.failedFuture(WharfException.internal("no push hosts"));
        }
        boolean last = at == hosts.size() - 1;
        return open.apply(hosts.get(at))
                .compose(
                        work,
                        failure -> last || failure instanceof WharfException
                                ? Future.failedFuture(WharfException.of(failure))
                                : attempt(hosts, at + 1, open, work));
    }

    /** Checks credentials by opening the registry itself. */
    public Future<Login> check(RegistryAuth auth) {
        String server = auth.serverAddress();
        String host = server == null || server.isEmpty() ? HUB_SERVER : hostOf(server);
        Reference any = Reference.parse((host.equals(HUB_SERVER) ? Reference.HUB : host) + "/x");
        Cancellation wish = new Cancellation();
        return hosts(any.domain())
                .compose(hosts ->
                        login(hosts.stream().filter(one -> !one.mirror()).toList(), 0, any, auth, wish));
    }

    private Future<Login> login(List<RegistryHost> hosts, int at, Reference any, RegistryAuth auth, Cancellation wish) {
        return requests(hosts.get(at))
                .compose(requests -> {
                    Authorizer authorizer = authorizer(requests, any, "", auth, true, wish);
                    RegistrySession session = new RegistrySession(requests, any, authorizer, wish);
                    return session.status().map(status -> {
                        if (status != 200) {
                            throw RegistryError.ofLogin(requests.host().base() + "/", status);
                        }
                        return new Login("Login Succeeded", authorizer.identity());
                    });
                })
                .recover(failure -> at == hosts.size() - 1 || failure instanceof WharfException
                        ? Future.failedFuture(
                                failure instanceof WharfException
                                        ? failure
                                        : new WharfException(ErrorKind.INTERNAL, String.valueOf(failure.getMessage())))
                        : login(hosts, at + 1, any, auth, wish));
    }

    private static String hostOf(String server) {
        String bare = server.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        return slash < 0 ? bare : bare.substring(0, slash);
    }
}
