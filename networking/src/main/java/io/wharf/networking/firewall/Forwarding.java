package io.wharf.networking.firewall;

import io.wharf.linux.LinuxException;
import io.wharf.linux.SmallFiles;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The host's switches for passing packets on. Blocking. */
public final class Forwarding {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    private static final String IPV4 = "/proc/sys/net/ipv4/ip_forward";
    private static final String IPV6 = "/proc/sys/net/ipv6/conf/";

    private Forwarding() {}

    /** Whether the host passes IPv4 packets on. */
    public static boolean isOn() {
        return isOne(IPV4);
    }

    public static boolean isOnForIpv6() {
        return isOne(IPV6 + "all/forwarding");
    }

    /**
     * Lets the host pass packets on.
     *
     * @param ipv6 whether those of IPv6 too
     * @param links of the host, by name
     * @return whether that is news for either family: neither passed anything on before
     */
    public static boolean turnOn(boolean ipv6, List<String> links) {
        boolean news = !isOne(IPV4) && set(IPV4, "1", "containers reach nothing but the host");
        if (ipv6 && exists(IPV6 + "all/forwarding") && !isOne(IPV6 + "all/forwarding")) {
            keepRouterAdvertisements(links);
            news |= set(IPV6 + "all/forwarding", "1", "containers reach nothing but the host over IPv6");
        }
        return news;
    }

    /** A router heeds no router advertisements, and would lose its own way out in time: where they count now, they go on. */
    private static void keepRouterAdvertisements(List<String> links) {
        for (String link : links) {
            String path = IPV6 + link + "/accept_ra";
            if (exists(path) && isOne(path)) {
                set(path, "2", "the host may lose its IPv6 routes on " + link);
            }
        }
    }

    private static boolean exists(String path) {
        return java.nio.file.Files.exists(java.nio.file.Path.of(path));
    }

    private static boolean isOne(String path) {
        return exists(path) && SmallFiles.read(path).strip().equals("1");
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
