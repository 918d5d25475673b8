package io.wharf.containers;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.MountPoint;
import io.wharf.contracts.ContainerSummary.Port;
import io.wharf.contracts.Filters;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decides which containers a list shows, by Docker's filters; wrong ones are refused in its words. */
final class ContainerFilter {
    private static final Set<String> KNOWN = Set.of(
            "ancestor",
            "annotation",
            "before",
            "exited",
            "expose",
            "health",
            "id",
            "is-task",
            "isolation",
            "label",
            "name",
            "network",
            "publish",
            "since",
            "status",
            "volume");
    private static final List<String> HEALTH = List.of("none", "starting", "healthy", "unhealthy");

    private static final Pattern PORTS = Pattern.compile("[0-9]{1,5}(-[0-9]{1,5})?(/(tcp|udp|sctp))?");
    private static final Set<String> FALSEHOODS = Set.of("0", "f", "F", "false", "FALSE", "False");
    private static final Set<String> TRUTHS =
            Set.of("0", "f", "F", "false", "FALSE", "False", "1", "t", "T", "true", "TRUE", "True");

    private final Filters filters;
    private final Set<String> ancestors;
    private final long beforeNanos;
    private final long sinceNanos;

    /**
     * Checks the filters.
     *
     * @param ancestors ids of the images that {@code ancestor} names
     */
    ContainerFilter(Filters filters, Set<String> ancestors, Containers containers) {
        for (String key : filters.values().keySet()) {
            if (!KNOWN.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        allowOnly(
                filters,
                "status",
                "state",
                List.of("created", "running", "paused", "restarting", "removing", "exited", "dead"));
        allowOnly(filters, "health", "health", HEALTH);
        filters.get("is-task")
                .forEach(value -> refuseUnless(TRUTHS.contains(value), "invalid filter 'is-task=[" + value + "]'"));
        filters.get("exited")
                .forEach(code -> refuseUnless(
                        code.matches("[+-]?[0-9]{1,9}"),
                        "invalid filter 'exited=" + code + "': strconv.Atoi: parsing \"" + code
                                + "\": invalid syntax"));
        for (String key : List.of("publish", "expose")) {
            filters.get(key).forEach(value -> checkPort(key, value));
        }
        this.filters = filters;
        this.ancestors = ancestors;
        beforeNanos = created(filters.get("before"), containers, Long.MAX_VALUE);
        sinceNanos = created(filters.get("since"), containers, Long.MIN_VALUE);
    }

    /** Whether those that do not run are looked at as well. */
    boolean wantsAllStates() {
        return filters.has("status");
    }

    boolean wants(Container container) {
        if (filters.values().isEmpty()) {
            return true;
        }
        long created = container.definition().createdNanos();
        return created < beforeNanos
                && created > sinceNanos
                && filters.any("id", wanted -> isId(wanted, container.id()))
                && filters.any(
                        "name",
                        wanted -> Filters.finds(wanted, container.name())
                                || Filters.finds(wanted, "/" + container.name()))
                && filters.any("status", container.status().word()::equals)
                && filters.any("exited", code -> exitedWith(container, Integer.parseInt(code)))
                && filters.any("health", Health.shownStatus(container).word()::equals)
                && filters.any("is-task", wanted -> FALSEHOODS.contains(wanted))
                && filters.any("isolation", wanted -> wanted.isEmpty() || wanted.equals("default"))
                && (!filters.has("ancestor")
                        || ancestors.contains(container.definition().imageId()))
                && isReached(container)
                && filters.any("network", wanted -> isIn(container, wanted))
                && filters.any("volume", wanted -> mounts(container, wanted))
                && Filters.labelled(filters.get("label"), container.config().labels())
                && Filters.labelled(filters.get("annotation"), container.host().annotations());
    }

    private static boolean exitedWith(Container container, int code) {
        State state = container.state();
        return !container.status().countsAsRunning() && state.startedNanos() != 0 && state.exitCode() == code;
    }

    private static boolean isIn(Container container, String wanted) {
        Sandbox sandbox = container.sandbox();
        if (sandbox == null) {
            return NetworkView.networkName(container).equals(wanted);
        }
        return sandbox.endpoints().entrySet().stream()
                .anyMatch(endpoint -> endpoint.getKey().equals(wanted)
                        || endpoint.getValue().networkId().startsWith(wanted));
    }

    private static boolean mounts(Container container, String wanted) {
        for (MountPoint mount : container.definition().mounts().mountPoints()) {
            if (mount.name().equals(wanted)
                    || mount.destination().equals(wanted)
                    || (mount.name().isEmpty() && mount.source().equals(wanted))) {
                return true;
            }
        }
        return false;
    }

    /** As Docker has it, one of both is enough where a list asks for published and exposed ports. */
    private boolean isReached(Container container) {
        if (!filters.has("publish") && !filters.has("expose")) {
            return true;
        }
        return filters.get("publish").stream().anyMatch(wanted -> anyPort(container, wanted, Port::publicPort))
                || filters.get("expose").stream().anyMatch(wanted -> anyPort(container, wanted, Port::privatePort));
    }

    private static void checkPort(String key, String value) {
        refuseUnless(value.indexOf(':') < 0, "filter for '" + key + "' should not contain ':': " + value);
        refuseUnless(
                PORTS.matcher(value).matches(),
                "error while looking up for " + key + " " + value + ": invalid port range");
    }

    /** {@code 80}, {@code 80/udp} or {@code 8000-8080/tcp} against the ports that a list shows. */
    private static boolean anyPort(Container container, String wanted, Function<Port, @Nullable Integer> number) {
        int slash = wanted.indexOf('/');
        String protocol = slash < 0 ? "tcp" : wanted.substring(slash + 1);
        String[] range = (slash < 0 ? wanted : wanted.substring(0, slash)).split("-", 2);
        int first = Integer.parseInt(range[0]);
        int last = Integer.parseInt(range[range.length - 1]);
        return NetworkView.ports(container).stream().anyMatch(port -> {
            Integer value = number.apply(port);
            return port.type().equals(protocol) && value != null && value >= first && value <= last;
        });
    }

    /** Docker looks a container up by the beginning of its id, and then matches as everything else. */
    private static boolean isId(String wanted, String id) {
        return id.startsWith(wanted) || (!wanted.matches("[0-9a-f]*") && Filters.finds(wanted, id));
    }

    private static long created(List<String> refs, Containers containers, long otherwise) {
        long found = otherwise;
        for (String ref : refs) {
            found = containers.get(ref).definition().createdNanos();
        }
        return found;
    }

    private static void allowOnly(Filters filters, String key, String what, List<String> allowed) {
        filters.get(key)
                .forEach(value -> refuseUnless(
                        allowed.contains(value),
                        "invalid filter '" + key + "=" + value + "': invalid value for " + what + " (" + value
                                + "): must be one of " + String.join(", ", allowed)));
    }

    private static void refuseUnless(boolean fine, String why) {
        if (!fine) {
            throw WharfException.invalid(why);
        }
    }
}
