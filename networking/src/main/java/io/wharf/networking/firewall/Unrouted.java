package io.wharf.networking.firewall;

import io.wharf.networking.address.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names of links between which nothing is passed on, as before the engine made the host a router; each family its own. */
public record Unrouted(Set<String> ipv4, Set<String> ipv6) {
    private static final Logger LOG = LoggerFactory.getLogger(Unrouted.class);

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
        add(elements, RuleText.UNROUTED_IPV4, ipv4);
        add(elements, RuleText.UNROUTED_IPV6, ipv6);
        return elements;
    }

    /** The host may have links of any name; those that rules cannot name are not to be in the way of the others. */
    private static void add(List<Element> elements, String set, Set<String> links) {
        for (String link : links) {
            if (RuleText.canWrite(link)) {
                elements.add(new Element(set, RuleText.quoted(link), ""));
            } else {
                LOG.warn("Link {} cannot be named in rules: what it exchanges with others is passed on", link);
            }
        }
    }

    static boolean isOne(Element element) {
        return element.set().equals(RuleText.UNROUTED_IPV4) || element.set().equals(RuleText.UNROUTED_IPV6);
    }
}
