package io.wharf.networking.firewall;

import io.wharf.networking.address.Ip;
import io.wharf.networking.ports.PublishedPort;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A published port and the address of the container that it leads to, of the same family as the host's.
 *
 * @param translated whether packets to the host's port are led there
 * @param open whether the container's port is open at its own address too; its bridge says to whom
 */
public record PortRule(PublishedPort port, InetAddress address, boolean translated, boolean open) {
    /** What this is in the engine's table. */
    List<Element> elements() {
        String family = address instanceof Inet4Address ? "4" : "6";
        String to = Ip.text(address);
        List<Element> elements = new ArrayList<>(2);
        if (translated) {
            String key = port.protocol() + " . " + port.hostPort();
            elements.add(
                    port.onEveryAddress()
                            ? new Element("published" + family, key, to + " . " + port.containerPort())
                            : new Element(
                                    "published_at" + family,
                                    port.hostIp() + " . " + key,
                                    to + " . " + port.containerPort()));
        }
        if (open) {
            elements.add(new Element("open" + family, to + " . " + port.protocol() + " . " + port.containerPort(), ""));
        }
        return elements;
    }
}
