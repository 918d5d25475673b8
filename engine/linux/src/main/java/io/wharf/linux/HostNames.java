package io.wharf.linux;

import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds the addresses of hosts. The system's resolver waits for servers that do not answer, so it is asked on threads of
 * its own: never on an event loop, a virtual thread's carrier, or a thread that mounts and unpacks.
 *
 * <p>The one place where the engine asks for names. A name that several want is asked for once; answers are kept by the JVM,
 * for 30 seconds, and for 10 where there was none.
 */
public final class HostNames {
    /** The system's, for all rooms, so that the bound on its threads is one. */
    public static final HostNames SYSTEM = new HostNames(InetAddress::getAllByName);

    /** With so many names that get no answer the next ones wait, within their callers' limits. */
    private static final int THREADS = 32;

    private static final int IDLE_SECONDS = 10;
    private static final int STACK_BYTES = 256 << 10;

    /** The system's, but in tests. */
    @FunctionalInterface
    public interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final Resolver resolver;
    private final ThreadPoolExecutor threads;
    private final ConcurrentHashMap<String, Question> asked = new ConcurrentHashMap<>();

    public HostNames(Resolver resolver) {
        this.resolver = resolver;
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), HostNames::thread);
        threads.allowCoreThreadTimeOut(true);
    }

    /** A name that is being asked for, or waits for a thread. */
    private static final class Question {
        private final CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        /** When the last of those who asked has given up, by {@link System#nanoTime}. */
        private long until;

        private Question(long until) {
            this.until = until;
        }

        private synchronized Question wantedUntil(long time) {
            until = Math.max(until, time);
            return this;
        }

        private synchronized boolean isWanted() {
            return System.nanoTime() - until < 0;
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(null, work, "wharf-names", STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    /** Whether a text is an address, which needs no asking. IPv6 may be in brackets. */
    public static boolean isAddress(String host) {
        String bare = bare(host);
        return NetUtil.isValidIpV4Address(bare) || NetUtil.isValidIpV6Address(bare);
    }

    /**
     * The addresses of a host, at least one, on the caller's context. Fails with an {@link UnknownHostException} whose message
     * begins with the name, or a {@link SocketTimeoutException} after the limit; the asking itself goes on until the
     * resolver gives up.
     */
    public Future<List<InetAddress>> find(Vertx vertx, String host, Duration limit) {
        if (isAddress(host)) {
            try {
                return Future.succeededFuture(literal(host));
            } catch (UnknownHostException e) {
                return Future.failedFuture(e);
            }
        }
        ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
        Promise<List<InetAddress>> answer = context.promise();
        long timer = vertx.setTimer(Math.max(1, limit.toMillis()), due -> answer.tryFail(late(host)));
        // What the answer does to the promise happens on the context, as the timer does.
        ask(host, limit)
                .whenComplete((found, failure) -> context.runOnContext(here -> {
                    vertx.cancelTimer(timer);
                    if (failure == null) {
                        answer.tryComplete(found);
                    } else {
                        answer.tryFail(failure);
                    }
                }));
        return answer.future();
    }

    /** As {@link #find}, for a thread that may wait, a virtual one as a rule. */
    public List<InetAddress> await(String host, Duration limit) throws IOException {
        if (isAddress(host)) {
            return literal(host);
        }
        try {
            return ask(host, limit).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw late(host);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("lookup " + host + ": interrupted", e);
        }
    }

    private CompletableFuture<List<InetAddress>> ask(String host, Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        Question fresh = new Question(until);
        Question known = asked.putIfAbsent(host, fresh);
        if (known != null) {
            return known.wantedUntil(until).answer;
        }
        threads.execute(() -> resolve(host, fresh));
        return fresh.answer;
    }

    private void resolve(String host, Question question) {
        List<InetAddress> found;
        try {
            if (!question.isWanted()) {
                // It has waited behind names without an answer: the next one's turn comes at once.
                throw late(host);
            }
            found = List.of(resolver.resolve(host));
        } catch (Throwable e) {
            asked.remove(host);
            question.answer.completeExceptionally(e);
            return;
        }
        asked.remove(host);
        question.answer.complete(found);
    }

    private static SocketTimeoutException late(String host) {
        return new SocketTimeoutException("lookup " + host + ": i/o timeout");
    }

    private static List<InetAddress> literal(String host) throws UnknownHostException {
        try {
            return List.of(InetAddress.ofLiteral(bare(host)));
        } catch (IllegalArgumentException e) {
            // As one with the zone of a link that is not there.
            throw new UnknownHostException(host);
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
