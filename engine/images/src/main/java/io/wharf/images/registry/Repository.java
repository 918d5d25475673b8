package io.wharf.images.registry;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientResponse;
import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.images.registry.RegistryHost.Capability;
import io.wharf.images.registry.RegistrySession.Document;
import io.wharf.images.spec.Descriptor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One repository, wherever it can be had: each request goes to the first host that may serve it and answers. A mirror's
 * refusal leaves the next one to be asked, the registry's own is final. Who did not answer is asked last from then on.
 */
public final class Repository {
    private static final Logger LOG = LoggerFactory.getLogger(Repository.class);

    private final List<RegistryHost> hosts;
    private final Function<RegistryHost, Future<RegistrySession>> opener;
    private final Map<RegistryHost, Future<RegistrySession>> sessions = new HashMap<>();
    private final Map<RegistryHost, Throwable> down = new HashMap<>();
    private final Set<RegistryHost> answered = new HashSet<>();

    Repository(List<RegistryHost> hosts, Function<RegistryHost, Future<RegistrySession>> opener) {
        this.hosts = hosts;
        this.opener = opener;
    }

    /** The bytes of a layer, and who gives them. */
    record Opened(RegistryHost host, HttpClientResponse response) {}

    /** A manifest; one that was asked for by its digest is checked. */
    public Future<Document> manifest(String tagOrDigest) {
        Digest digest = Digest.isDigest(tagOrDigest) ? Digest.parse(tagOrDigest) : null;
        return first(
                digest == null ? Capability.RESOLVE : Capability.PULL,
                session -> session.manifest(tagOrDigest).map(document -> {
                    if (digest != null && !Digest.of(document.body()).equals(digest)) {
                        throw WharfException.internal("manifest verification failed for digest " + digest);
                    }
                    return document;
                }));
    }

    public Future<List<String>> tags() {
        return first(Capability.RESOLVE, RegistrySession::tags);
    }

    public Future<byte[]> document(Descriptor wanted) {
        return first(Capability.PULL, session -> session.document(wanted));
    }

    /** An attestation's statement, packed; null where it is too long, or not what was wanted. */
    public Future<byte @Nullable []> statement(Descriptor wanted) {
        return first(Capability.PULL, session -> session.statement(wanted));
    }

    /** A layer's bytes from a place on: from where its manifest says it lies, else from the hosts. */
    Future<Opened> layer(Descriptor part, long from, Cancellation user) {
        return first(
                Capability.PULL,
                session ->
                        elsewhere(session, part, 0, from, user).map(response -> new Opened(session.host(), response)));
    }

    private static Future<HttpClientResponse> elsewhere(
            RegistrySession session, Descriptor part, int at, long from, Cancellation user) {
        return at == part.urls().size()
                ? session.layer(part.digest(), from, user)
                : session.foreign(part.urls().get(at), from, user).recover(failure -> {
                    LOG.info("layer {}: {}", part.digest(), failure.getMessage());
                    return elsewhere(session, part, at + 1, from, user);
                });
    }

    /** Has a host asked last from now on, for what it gave was not what it should be; whether another is left. */
    boolean distrust(RegistryHost host, Throwable why) {
        down.putIfAbsent(host, why);
        return hosts.stream().anyMatch(one -> one.can().contains(Capability.PULL) && !down.containsKey(one));
    }

    private <T> Future<T> first(Capability need, Function<RegistrySession, Future<T>> ask) {
        return from(0, need, false, null, ask);
    }

    private <T> Future<T> from(
            int start,
            Capability need,
            boolean downToo,
            @Nullable Throwable before,
            Function<RegistrySession, Future<T>> ask) {
        for (int i = start; i < hosts.size(); i++) {
            RegistryHost host = hosts.get(i);
            if (host.can().contains(need)
                    && (downToo || !down.containsKey(host))
                    && !(host.fallback() && i > 0 && !down.containsKey(hosts.get(i - 1)))) {
                int next = i + 1;
                return session(host)
                        .compose(ask)
                        .onSuccess(done -> answered.add(host))
                        .recover(failure -> after(next, host, need, downToo, chosen(before, failure), ask));
            }
        }
        if (before != null) {
            return Future.failedFuture(before);
        }
        return downToo || down.isEmpty()
                ? Future.failedFuture(WharfException.internal(
                        "no host of the registry may be asked to " + need.name().toLowerCase(java.util.Locale.ROOT)))
                : from(0, need, true, null, ask);
    }

    private <T> Future<T> after(
            int next,
            RegistryHost host,
            Capability need,
            boolean downToo,
            Throwable failure,
            Function<RegistrySession, Future<T>> ask) {
        // Who has spoken before speaks the right protocol, and is only slow or gone.
        boolean silent = failure instanceof Unanswered && (host.mirror() || !answered.contains(host));
        if (silent) {
            down.put(host, failure);
        }
        boolean more = next < hosts.size()
                && (host.mirror() || (silent && hosts.get(next).fallback()));
        if (!more || isWithdrawn(failure)) {
            return Future.failedFuture(failure);
        }
        if (host.mirror()) {
            LOG.info("mirror {}: {}", host.base(), failure.getMessage());
        }
        return from(next, need, downToo, failure, ask);
    }

    /** Of two protocols that both failed, the reason that tells more: that one is not spoken there is none. */
    private static Throwable chosen(@Nullable Throwable before, Throwable failure) {
        return before instanceof Unanswered
                        && failure instanceof Unanswered
                        && String.valueOf(failure.getMessage()).endsWith(DialWords.NOT_TLS)
                ? before
                : failure;
    }

    private static boolean isWithdrawn(Throwable failure) {
        return failure instanceof WharfException known && known.kind() == io.wharf.base.ErrorKind.CANCELLED;
    }

    private Future<RegistrySession> session(RegistryHost host) {
        return sessions.computeIfAbsent(host, opener);
    }
}
