package io.wharf.containers;

import io.netty.util.NetUtil;
import io.wharf.base.GoDuration;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerConfig.Healthcheck;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthPlan.Place;
import io.wharf.contracts.HealthPlan.Probe;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out from a container's health check and labels how it is to be probed, and what follows when it is not well.
 *
 * <p>A label that names an HTTP or TCP probe takes the place of the health check's command; the times may come from labels
 * or from the health check. {@code NONE} as the test switches everything off.
 */
final class PlanHealth {
    static final String PREFIX = "wharf.health.";
    static final String HTTP = PREFIX + "http";
    static final String TCP = PREFIX + "tcp";
    static final String INTERVAL = PREFIX + "interval";
    static final String TIMEOUT = PREFIX + "timeout";
    static final String START_PERIOD = PREFIX + "start-period";
    static final String START_INTERVAL = PREFIX + "start-interval";
    static final String RETRIES = PREFIX + "retries";
    static final String ON_UNHEALTHY = "wharf.on-unhealthy";

    private static final Set<String> KNOWN =
            Set.of(HTTP, TCP, INTERVAL, TIMEOUT, START_PERIOD, START_INTERVAL, RETRIES);
    private static final long SECOND = 1_000_000_000L;
    private static final long SHORTEST = 1_000_000L;
    private static final int DEFAULT_RETRIES = 3;
    private static final String DEFAULT_ADDRESS = "127.0.0.1";
    private static final Healthcheck NOTHING = new Healthcheck(List.of(), 0, 0, 0, 0, 0);
    private static final List<String> SHELL = List.of("/bin/sh", "-c");
    private static final Pattern PLACE =
            Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+))?:([0-9]{1,5})(/[\\x21-\\x7e]{0,2000})?");

    private PlanHealth() {}

    /** What follows when a container has become unhealthy. */
    enum Action {
        NOTHING,
        RESTART,
        STOP
    }

    /** Refuses wrong labels; in a sentence that names the label. */
    static void check(ContainerConfig config) {
        Map<String, String> labels = config.labels();
        for (String label : labels.keySet()) {
            if (label.startsWith(PREFIX) && !KNOWN.contains(label)) {
                throw WharfException.invalid(
                        "invalid label " + label + ": there is no such option of a probe; known are "
                                + String.join(", ", KNOWN.stream().sorted().toList()));
            }
        }
        if (labels.containsKey(HTTP) && labels.containsKey(TCP)) {
            throw WharfException.invalid("invalid label " + TCP + ": " + HTTP + " is set, too, and only one can be");
        }
        probe(config, null);
        times(config);
        if (action(config) != Action.NOTHING && !isProbed(config) && !isSwitchedOff(config)) {
            throw WharfException.invalid(
                    "invalid label " + ON_UNHEALTHY + ": the container has no health check that could fail");
        }
    }

    static Action action(ContainerConfig config) {
        String wanted = config.labels().get(ON_UNHEALTHY);
        return switch (wanted) {
            case null -> Action.NOTHING;
            case "restart" -> Action.RESTART;
            case "stop" -> Action.STOP;
            default -> throw wrong(ON_UNHEALTHY, wanted, "expected restart or stop");
        };
    }

    /** Whether there is anything to probe; says nothing of whether the labels are right. */
    static boolean isProbed(ContainerConfig config) {
        if (isSwitchedOff(config)) {
            return false;
        }
        return config.labels().containsKey(HTTP)
                || config.labels().containsKey(TCP)
                || !argv(config).isEmpty();
    }

    private static boolean isSwitchedOff(ContainerConfig config) {
        Healthcheck own = config.healthcheck();
        return own != null && !own.test().isEmpty() && own.test().getFirst().equals("NONE");
    }

    /** Of the run under way; empty where none is, or it is frozen, or there is nothing to probe. */
    static Optional<HealthPlan> of(Container container) {
        ContainerConfig config = container.config();
        if (container.status() != Status.RUNNING || !isProbed(config)) {
            return Optional.empty();
        }
        Sandbox sandbox = container.sandbox();
        Probe probe = probe(config, sandbox == null || sandbox.netnsPath().isEmpty() ? null : sandbox.netnsPath());
        if (probe == null) {
            return Optional.empty();
        }
        Healthcheck times = times(config);
        return Optional.of(new HealthPlan(
                container.id(),
                container.name(),
                container.state().startedNanos(),
                Health.of(container).status(),
                probe,
                or(times.interval(), 30 * SECOND),
                or(times.timeout(), 30 * SECOND),
                times.startPeriod(),
                or(times.startInterval(), 5 * SECOND),
                times.retries() == 0 ? DEFAULT_RETRIES : times.retries()));
    }

    private static @Nullable Probe probe(ContainerConfig config, @Nullable String netns) {
        String http = config.labels().get(HTTP);
        if (http != null) {
            Matcher place = place(HTTP, http, "[ADDRESS]:PORT[/PATH], as in :8080/healthz");
            return new HealthPlan.Http(at(place, netns), place.group(4) == null ? "/" : place.group(4));
        }
        String tcp = config.labels().get(TCP);
        if (tcp != null) {
            Matcher place = place(TCP, tcp, "[ADDRESS]:PORT, as in :5432");
            if (place.group(4) != null) {
                throw wrong(TCP, tcp, "a TCP probe has no path");
            }
            return new HealthPlan.Tcp(at(place, netns));
        }
        List<String> argv = argv(config);
        return argv.isEmpty() ? null : new HealthPlan.Command(argv);
    }

    private static Matcher place(String label, String text, String form) {
        Matcher matcher = PLACE.matcher(text);
        if (!matcher.matches()) {
            throw wrong(label, text, "expected " + form);
        }
        int port = Integer.parseInt(matcher.group(3));
        if (port == 0 || port > 65_535) {
            throw wrong(label, text, port + " is no port");
        }
        if ((matcher.group(1) != null && !NetUtil.isValidIpV6Address(matcher.group(1)))
                || (matcher.group(2) != null && !NetUtil.isValidIpV4Address(matcher.group(2)))) {
            throw wrong(label, text, "the address is no IP address");
        }
        return matcher;
    }

    private static Place at(Matcher place, @Nullable String netns) {
        String address = place.group(1) != null ? place.group(1) : place.group(2);
        return new Place(netns, address == null ? DEFAULT_ADDRESS : address, Integer.parseInt(place.group(3)));
    }

    /** The command of the health check, or nothing. */
    private static List<String> argv(ContainerConfig config) {
        Healthcheck own = config.healthcheck();
        if (own == null || own.test().size() < 2) {
            return List.of();
        }
        List<String> rest = own.test().subList(1, own.test().size());
        return switch (own.test().getFirst()) {
            case "CMD" -> rest;
            case "CMD-SHELL" -> {
                List<String> argv = new ArrayList<>(config.shell().isEmpty() ? SHELL : config.shell());
                argv.addAll(rest);
                yield argv;
            }
            default -> List.of();
        };
    }

    /** The health check's times and retries, as far as labels do not say otherwise; zero for the default. */
    private static Healthcheck times(ContainerConfig config) {
        Healthcheck own = config.healthcheck() == null ? NOTHING : config.healthcheck();
        Map<String, String> labels = config.labels();
        return new Healthcheck(
                List.of(),
                time(labels, INTERVAL, own.interval()),
                time(labels, TIMEOUT, own.timeout()),
                time(labels, START_PERIOD, own.startPeriod()),
                time(labels, START_INTERVAL, own.startInterval()),
                retries(labels, own.retries()));
    }

    private static long time(Map<String, String> labels, String label, long otherwise) {
        String text = labels.get(label);
        if (text == null) {
            return otherwise;
        }
        OptionalLong nanos = GoDuration.parse(text);
        if (nanos.isEmpty()) {
            throw wrong(label, text, "expected a length of time, as 5s, 500ms or 1m30s");
        }
        if (nanos.getAsLong() != 0 && nanos.getAsLong() < SHORTEST) {
            throw wrong(label, text, "the shortest time is 1ms");
        }
        return nanos.getAsLong();
    }

    private static int retries(Map<String, String> labels, int otherwise) {
        String text = labels.get(RETRIES);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[1-9][0-9]{0,5}")) {
            throw wrong(RETRIES, text, "expected a number from 1 on");
        }
        return Integer.parseInt(text);
    }

    private static long or(long value, long otherwise) {
        return value == 0 ? otherwise : value;
    }

    private static WharfException wrong(String label, String value, String why) {
        return WharfException.invalid("invalid label " + label + "=\"" + value + "\": " + why);
    }
}
