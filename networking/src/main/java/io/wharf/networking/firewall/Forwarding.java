package io.wharf.networking.firewall;

import io.wharf.linux.LinuxException;
import io.wharf.linux.SmallFiles;
import io.wharf.networking.address.Family;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host's switches for passing packets on. Blocking. */
public final class Forwarding {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    private static final String IPV4 = "/proc/sys/net/ipv4/ip_forward";
    private static final String IPV6 = "/proc/sys/net/ipv6/conf/";
    private static final String ON = "1";
    private static final String OFF = "0";
    /** Of router advertisements: heeded by a host, and by a router too. */
    private static final String HEEDED = "1";

    private static final String HEEDED_BY_ROUTERS = "2";

    private Forwarding() {}

    /** Whether the host passes packets of this family on. */
    public static boolean isOn(Family family) {
        return is(path(family), ON);
    }

    /** Whether it does not, and can. */
    public static boolean isOff(Family family) {
        return is(path(family), OFF);
    }

    /** Whether a link takes routes from routers, as long as the host is none. */
    public static boolean heedsRouters(String link) {
        return is(advertisements(link), HEEDED);
    }

    /**
     * Lets the host pass packets on.
     *
     * @param heeding links that take routes from routers: a router would not, and would lose its own way out in time
     * @return whether the kernel let it
     */
    public static boolean turnOn(Family family, Collection<String> heeding) {
        heeding.forEach(
                link -> set(advertisements(link), HEEDED_BY_ROUTERS, "the host may lose its IPv6 routes on " + link));
        return set(path(family), ON, "containers reach nothing but the host over " + family);
    }

    /** As it was before {@link #turnOn}. */
    public static void turnOff(Family family, Collection<String> heeding) {
        set(path(family), OFF, "the host goes on passing packets on");
        for (String link : heeding) {
            if (is(advertisements(link), HEEDED_BY_ROUTERS)) {
                set(advertisements(link), HEEDED, "it heeds routers on " + link + " whatever it is itself");
            }
        }
    }

    private static String path(Family family) {
        return switch (family) {
            case V4 -> IPV4;
            case V6 -> IPV6 + "all/forwarding";
        };
    }

    private static String advertisements(String link) {
        return IPV6 + link + "/accept_ra";
    }

    private static boolean is(String path, String value) {
        return Files.exists(Path.of(path)) && SmallFiles.read(path).strip().equals(value);
    }

    /** Where the kernel refuses, what that means is logged and the engine goes on. */
    private static boolean set(String path, String value, String otherwise) {
        try {
            SmallFiles.write(path, value);
            return true;
        } catch (LinuxException e) {
            LOG.warn("Cannot set {} to {}, so {}: {}", path, value, otherwise, e.getMessage());
            return false;
        }
    }
}
