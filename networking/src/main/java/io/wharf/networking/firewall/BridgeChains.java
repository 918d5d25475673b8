package io.wharf.networking.firewall;

import io.wharf.networking.address.Ip;
import io.wharf.networking.firewall.BridgeRule.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The chains of one bridge and the elements that lead packets to them: what enters the bridge, what leaves its subnets,
 * and, where it is internal, what leaves it at all.
 */
final class BridgeChains {
    private final BridgeRule bridge;
    private final boolean ipv4;
    private final boolean ipv6;
    private final Openings openings;
    private final String link;
    private final String name;

    BridgeChains(BridgeRule bridge, boolean ipv4, boolean ipv6, Openings openings) {
        this.bridge = bridge;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.openings = openings;
        this.link = RuleText.quoted(bridge.link());
        this.name = RuleText.identifier(bridge.link());
    }

    /** Rules by chain. */
    Map<String, List<String>> chains() {
        Map<String, List<String>> chains = new LinkedHashMap<>();
        chains.put("into_" + name, into());
        if (bridge.internal()) {
            chains.put("out_" + name, List.of("oifname " + link + " return", "drop"));
        }
        if (ipv4 && leaves(bridge.ipv4())) {
            chains.put("from4_" + name, from(bridge.ipv4(), "ip"));
        }
        if (ipv6 && leaves(bridge.ipv6())) {
            chains.put("from6_" + name, from(bridge.ipv6(), "ip6"));
        }
        return chains;
    }

    List<Element> elements() {
        List<Element> elements = new ArrayList<>();
        elements.add(new Element("links", link, ""));
        elements.add(new Element("into", link, "jump into_" + name));
        if (bridge.internal()) {
            elements.add(new Element("out", link, "jump out_" + name));
        }
        if (ipv4) {
            from(elements, "from4", bridge.ipv4());
        }
        if (ipv6) {
            from(elements, "from6", bridge.ipv6());
        }
        return elements;
    }

    private void from(List<Element> elements, String map, Side side) {
        if (leaves(side)) {
            side.subnets()
                    .forEach(subnet -> elements.add(new Element(map, subnet.toString(), "jump " + map + "_" + name)));
        }
    }

    private boolean leaves(Side side) {
        return !bridge.internal() && side.mode().translates() && !side.subnets().isEmpty();
    }

    /**
     * What enters the bridge. Ports that are not published are closed: a packet that a published port did not send on, that
     * belongs to no known connection and does not come from the same bridge, is dropped.
     */
    private List<String> into() {
        List<String> rules = new ArrayList<>();
        if (bridge.internal()) {
            rules.add("iifname " + link + (bridge.icc() ? " accept" : " drop"));
            rules.add("drop");
            return rules;
        }
        rules.add("ct state established,related accept");
        if (!openings.rule().isEmpty()) {
            rules.add(openings.rule());
        }
        if (!bridge.icc()) {
            rules.add("iifname " + link + " ct status dnat accept");
            rules.add("iifname " + link + " drop");
        } else {
            rules.add("iifname " + link + " accept");
        }
        if (ipv4) {
            rules.addAll(side(bridge.ipv4(), "meta nfproto ipv4 ", "ip daddr", "@open4", "icmp"));
        }
        if (ipv6) {
            rules.addAll(side(bridge.ipv6(), "meta nfproto ipv6 ", "ip6 daddr", "@open6", "icmpv6"));
        }
        rules.add("ct status dnat accept");
        rules.add("drop");
        return rules;
    }

    private List<String> side(Side side, String only, String address, String open, String icmp) {
        String published = address + " . meta l4proto . th dport " + open + " accept";
        List<String> rules = new ArrayList<>();
        switch (side.mode()) {
            case NAT -> {}
            case NAT_UNPROTECTED -> rules.add(only + "accept");
            case ROUTED -> {
                rules.add(only + "meta l4proto " + icmp + " accept");
                rules.add(published);
            }
            case ISOLATED -> rules.add(only + "drop");
        }
        if (side.mode() == GatewayMode.NAT
                && openings.direct()
                && !side.subnets().isEmpty()) {
            rules.add(published);
        } else if (side.mode() == GatewayMode.NAT
                && !bridge.trusted().isEmpty()
                && !side.subnets().isEmpty()) {
            String links =
                    bridge.trusted().stream().map(RuleText::quoted).collect(Collectors.joining(", ", "{ ", " }"));
            rules.add("iifname " + links + " " + published);
        }
        return rules;
    }

    /**
     * What leaves a subnet: under the host's address, or unchanged; within the bridge, only where a container called a
     * published port, for the answer must come back this way.
     */
    private List<String> from(Side side, String family) {
        List<String> rules = new ArrayList<>();
        rules.add("oifname " + link + " ct status dnat masquerade");
        rules.add("oifname " + link + " return");
        if (side.masquerade()) {
            rules.add(side.source() == null ? "masquerade" : "snat " + family + " to " + Ip.text(side.source()));
        }
        return rules;
    }
}
