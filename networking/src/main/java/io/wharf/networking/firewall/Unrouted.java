package io.wharf.networking.firewall;

import io.wharf.networking.address.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Names of links between which nothing is passed on, as before the engine made the host a router; each family its own. */
public record Unrouted(Set<String> ipv4, Set<String> ipv6) {
    public static final Unrouted NONE = new Unrouted(Set.of(), Set.of());

    public Unrouted {
        ipv4 = Set.copyOf(ipv4);
        ipv6 = Set.copyOf(ipv6);
    }

    public Unrouted with(Family family, Set<String> links) {
        return switch (family) {
            case V4 -> new Unrouted(links, ipv6);
            case V6 -> new Unrouted(ipv4, links);
        };
    }

    /** What this is in the engine's table. */
    List<Element> elements() {
        List<Element> elements = new ArrayList<>(ipv4.size() + ipv6.size());
        ipv4.forEach(link -> elements.add(new Element(RuleText.UNROUTED_IPV4, RuleText.quoted(link), "")));
        ipv6.forEach(link -> elements.add(new Element(RuleText.UNROUTED_IPV6, RuleText.quoted(link), "")));
        return elements;
    }

    static boolean isOne(Element element) {
        return element.set().equals(RuleText.UNROUTED_IPV4) || element.set().equals(RuleText.UNROUTED_IPV6);
    }
}
