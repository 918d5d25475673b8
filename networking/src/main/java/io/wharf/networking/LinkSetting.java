package io.wharf.networking;

import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.SmallFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A setting of a link, to be written from inside its namespace.
 *
 * @param file below /proc/sys/net
 * @param optional whether the kernel may be without it
 */
record LinkSetting(String file, String value, boolean optional) {
    /** Of the inner ends, in the order of their being written. */
    static List<LinkSetting> of(List<Wire> wires) {
        List<LinkSetting> settings = new ArrayList<>();
        for (Wire wire : wires) {
            Endpoint endpoint = wire.endpoint();
            // A host without IPv6 has no settings for it.
            String file = "/proc/sys/net/ipv6/conf/" + endpoint.inside() + "/disable_ipv6";
            settings.add(new LinkSetting(file, endpoint.address6().isEmpty() ? "1" : "0", true));
            for (EndpointSysctls sysctl : EndpointSysctls.of(endpoint.asked())) {
                Map.Entry<String, String> set = sysctl.on(endpoint.inside());
                settings.add(new LinkSetting(set.getKey(), set.getValue(), false));
            }
        }
        return settings;
    }

    void write() {
        try {
            SmallFiles.write(file, value);
        } catch (LinuxException e) {
            if (!optional || !e.is(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
