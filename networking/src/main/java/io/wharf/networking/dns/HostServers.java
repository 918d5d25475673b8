package io.wharf.networking.dns;

import io.vertx.core.Future;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Pools;
import io.wharf.linux.SmallFiles;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers of the host, as its resolv.conf(5) names them, asked from the host's namespace. Read again while they are
 * used, for a laptop's change with every place. Confined to the verticle's context.
 */
final class HostServers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostServers.class);
    private static final String FILE = "/etc/resolv.conf";
    /** Where systemd-resolved names the servers behind its own stub. */
    private static final String BEHIND_STUB = "/run/systemd/resolve/resolv.conf";

    private static final String STUB = "127.0.0.53";
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Pools pools;
    private final Outlet outlet;
    private final Map<InetAddress, Upstream> known = new LinkedHashMap<>();
    private List<Upstream> current = List.of();
    private List<String> options = List.of();
    private long read;
    private boolean everRead;
    private boolean reading;

    /** What a file says. */
    record Parsed(List<String> servers, List<String> options) {}

    HostServers(Pools pools, Outlet outlet) {
        this.pools = pools;
        this.outlet = outlet;
    }

    /** The servers that are known now; what has changed is known a moment later. */
    List<Upstream> current() {
        if (!reading && !isFresh()) {
            readAgain();
        }
        return current;
    }

    /** Waits until they are known. */
    Future<Void> known() {
        return isFresh() ? Future.succeededFuture() : readAgain();
    }

    private boolean isFresh() {
        return everRead && System.nanoTime() - read < FRESH_NANOS;
    }

    boolean wantDots() {
        return wantDots(options);
    }

    static boolean wantDots(List<String> options) {
        return options.stream().anyMatch(option -> option.startsWith("ndots:"));
    }

    private Future<Void> readAgain() {
        reading = true;
        return pools.call(HostServers::text)
                .onComplete(done -> {
                    reading = false;
                    everRead = true;
                    read = System.nanoTime();
                })
                .onSuccess(text -> take(parse(text)))
                .onFailure(e -> LOG.debug("Cannot read {}: {}", FILE, e.getMessage()))
                .transform(done -> Future.succeededFuture());
    }

    private static String text() {
        String text = SmallFiles.read(FILE);
        if (parse(text).servers().equals(List.of(STUB))) {
            try {
                return SmallFiles.read(BEHIND_STUB);
            } catch (LinuxException e) {
                LOG.debug("No servers known behind {}: {}", STUB, e.getMessage());
            }
        }
        return text;
    }

    private void take(Parsed parsed) {
        options = parsed.options();
        List<Upstream> named = new ArrayList<>();
        for (String server : parsed.servers()) {
            try {
                named.add(known.computeIfAbsent(
                        InetAddress.ofLiteral(server), address -> new Upstream(address, Upstream.PORT, outlet)));
            } catch (IllegalArgumentException e) {
                LOG.debug("Not an address in {}: {}", FILE, server);
            }
        }
        known.values().removeIf(old -> {
            boolean gone = !named.contains(old);
            if (gone) {
                old.close();
            }
            return gone;
        });
        current = named.stream().distinct().toList();
    }

    static Parsed parse(String text) {
        List<String> servers = new ArrayList<>();
        List<String> options = new ArrayList<>();
        text.lines().map(line -> line.strip().split("[ \t]+")).forEach(words -> {
            if (words[0].equals("nameserver") && words.length > 1) {
                servers.add(words[1]);
            } else if (words[0].equals("options")) {
                options.addAll(List.of(words).subList(1, words.length));
            }
        });
        return new Parsed(servers, options);
    }

    @Override
    public void close() {
        known.values().forEach(Upstream::close);
    }
}
