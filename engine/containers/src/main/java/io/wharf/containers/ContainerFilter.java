package io.wharf.containers;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.MountPoint;
import io.wharf.contracts.ContainerSummary.Port;
import io.wharf.contracts.Filters;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Decides which containers a list shows, by Docker's filters; wrong ones are refused in its words. */
final class ContainerFilter {
    private static final Set<String> KNOWN = Set.of(
            "ancestor",
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
    private static final Set<String> HEALTH = Set.of("starting", "healthy", "unhealthy", "none");

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
                Arrays.stream(Status.values()).map(Status::word).toList());
        allowOnly(filters, "health", HEALTH);
        allowOnly(filters, "is-task", List.of("true", "false", "1", "0"));
        filters.get("exited").forEach(code -> refuseUnless(code.matches("-?[0-9]{1,9}"), "exited", code));
        this.filters = filters;
        this.ancestors = ancestors;
        beforeNanos = created(filters.get("before"), containers, Long.MAX_VALUE);
        sinceNanos = created(filters.get("since"), containers, Long.MIN_VALUE);
    }

    /** Whether the filters speak of states, so that those that do not run are looked at as well. */
    boolean wantsAllStates() {
        return filters.has("status") || filters.has("exited");
    }

    boolean wants(Container container) {
        if (filters.values().isEmpty()) {
            return true;
        }
        long created = container.definition().createdNanos();
        return created < beforeNanos
                && created > sinceNanos
                && filters.any("id", wanted -> find(wanted, container.id()))
                && filters.any("name", wanted -> find(wanted, container.name()) || find(wanted, "/" + container.name()))
                && filters.any("status", container.status().word()::equals)
                && filters.any("exited", code -> exitedWith(container, Integer.parseInt(code)))
                && filters.any("health", Health.shownStatus(container).word()::equals)
                && filters.any("is-task", wanted -> wanted.equals("false") || wanted.equals("0"))
                && filters.any("isolation", wanted -> wanted.isEmpty() || wanted.equals("default"))
                && (!filters.has("ancestor")
                        || ancestors.contains(container.definition().imageId()))
                && filters.any("publish", wanted -> anyPort(container, "publish", wanted, Port::publicPort))
                && filters.any("expose", wanted -> anyPort(container, "expose", wanted, Port::privatePort))
                && filters.any("network", wanted -> isIn(container, wanted))
                && filters.any("volume", wanted -> mounts(container, wanted))
                && Filters.labelled(filters.get("label"), container.config().labels());
    }

    private static boolean exitedWith(Container container, int code) {
        return container.status() == Status.EXITED && container.state().exitCode() == code;
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
                    || mount.source().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    /** {@code 80}, {@code 80/udp} or {@code 8000-8080/tcp} against the ports that a list shows. */
    private static boolean anyPort(
            Container container, String filter, String wanted, Function<Port, @Nullable Integer> number) {
        int slash = wanted.indexOf('/');
        String protocol = slash < 0 ? "tcp" : wanted.substring(slash + 1);
        String[] range = (slash < 0 ? wanted : wanted.substring(0, slash)).split("-", 2);
        refuseUnless(Arrays.stream(range).allMatch(end -> end.matches("[0-9]{1,5}")), filter, wanted);
        int first = Integer.parseInt(range[0]);
        int last = Integer.parseInt(range[range.length - 1]);
        return NetworkView.ports(container).stream().anyMatch(port -> {
            Integer value = number.apply(port);
            return port.type().equals(protocol) && value != null && value >= first && value <= last;
        });
    }

    /** Docker takes the value as a regular expression, and literally where it is none. */
    private static boolean find(String wanted, String text) {
        try {
            return text.equals(wanted) || Pattern.compile(wanted).matcher(text).find();
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private static long created(List<String> refs, Containers containers, long otherwise) {
        long found = otherwise;
        for (String ref : refs) {
            found = containers.get(ref).definition().createdNanos();
        }
        return found;
    }

    private static void allowOnly(Filters filters, String key, java.util.Collection<String> allowed) {
        filters.get(key).forEach(value -> refuseUnless(allowed.contains(value), key, value));
    }

    private static void refuseUnless(boolean fine, String key, String value) {
        if (!fine) {
            throw WharfException.invalid("invalid filter '" + key + "=[" + value + "]'");
        }
    }
}
