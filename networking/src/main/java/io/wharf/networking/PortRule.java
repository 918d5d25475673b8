package io.wharf.networking;

import io.wharf.networking.address.Ip;
import java.net.InetAddress;

/** Where packets to a published port go: the container's address. */
record PortRule(PublishedPort port, InetAddress address) {
    /** The map that holds it, for those of every address and those of one are looked up apart. */
    String map() {
        return port.onEveryAddress() ? "published" : "published_at";
    }

    String key() {
        String key = port.protocol() + " . " + port.hostPort();
        return port.onEveryAddress() ? key : port.hostIp() + " . " + key;
    }

    String element() {
        return key() + " : " + Ip.text(address) + " . " + port.containerPort();
    }
}
