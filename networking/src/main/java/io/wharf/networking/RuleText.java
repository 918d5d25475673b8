package io.wharf.networking;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the engine's rules in the language of nft(8).
 *
 * <p>One table, named by the default bridge so that engines side by side do not meet. What belongs to a port is an element
 * of a map and what belongs to a bridge two chains and four elements, so the cost of a packet does not grow with either.
 */
final class RuleText {
    private final String table;

    /** Rules of the engine whose default bridge has this name. */
    RuleText(String bridge) {
        this.table = "ip wharf_" + identifier(bridge);
    }

    /** Family and name. */
    String table() {
        return table;
    }

    /** Replaces whatever was there by all of this, in one transaction. */
    String all(Collection<BridgeRule> bridges, Collection<PortRule> ports) {
        StringBuilder text = new StringBuilder(remove());
        text.append("table ").append(table).append(" {\n");
        map(text, "published", "inet_proto . inet_service : ipv4_addr . inet_service", elements(ports, "published"));
        map(
                text,
                "published_at",
                "ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service",
                elements(ports, "published_at"));
        bridges.forEach(bridge -> chainsOf(text, bridge));
        set(text, "set links { type ifname;", bridges.stream().map(bridge -> quoted(bridge.link())));
        set(
                text,
                "map into { type ifname : verdict;",
                bridges.stream().map(bridge -> quoted(bridge.link()) + " : jump into_" + identifier(bridge.link())));
        set(
                text,
                "map from { type ipv4_addr : verdict; flags interval;",
                bridges.stream().map(bridge -> bridge.subnet() + " : jump from_" + identifier(bridge.link())));
        return text.append(HOOKS).append("}\n").toString();
    }

    /** Takes the table away, whether it is there or not. */
    String remove() {
        return "add table " + table + "\ndelete table " + table + "\n";
    }

    String publish(List<PortRule> ports) {
        return change("add", ports, PortRule::element);
    }

    String withdraw(List<PortRule> ports) {
        return change("delete", ports, PortRule::key);
    }

    private String change(String verb, List<PortRule> ports, java.util.function.Function<PortRule, String> form) {
        return ports.stream()
                .collect(Collectors.groupingBy(
                        PortRule::map, TreeMap::new, Collectors.mapping(form, Collectors.joining(", "))))
                .entrySet()
                .stream()
                .map(entry -> verb + " element " + table + " " + entry.getKey() + " { " + entry.getValue() + " }\n")
                .collect(Collectors.joining());
    }

    /**
     * The chains of a bridge: what enters it (ports not published are closed, for a packet that was not sent on by a
     * published port, nor belongs to a known connection, nor comes from the same bridge, is dropped), and what leaves its
     * subnet (under the host's address; within the bridge only where a container calls a published port).
     */
    private static void chainsOf(StringBuilder text, BridgeRule bridge) {
        String link = quoted(bridge.link());
        String name = identifier(bridge.link());
        text.append("chain into_")
                .append(name)
                .append(" {\niifname ")
                .append(link)
                .append(" accept\n");
        text.append("ct state established,related accept\nct status dnat accept\ndrop\n}\n");
        text.append("chain from_")
                .append(name)
                .append(" {\noifname ")
                .append(link)
                .append(" ct status dnat masquerade\n");
        text.append("oifname ").append(link).append(" return\nmasquerade\n}\n");
    }

    /**
     * The hooks. {@code guard} keeps 127/8 what it is: the bridges route it, for the host's own calls to published ports,
     * and nobody else may use that; addresses of localhost from outside would otherwise meet the maps below.
     */
    private static final String HOOKS = """
            chain guard {
            type filter hook prerouting priority raw; policy accept;
            iifname != "lo" ip daddr 127.0.0.0/8 drop
            iifname @links ip saddr 127.0.0.0/8 drop
            }
            chain publish {
            dnat ip to ip daddr . meta l4proto . th dport map @published_at
            dnat ip to meta l4proto . th dport map @published
            }
            chain prerouting {
            type nat hook prerouting priority dstnat; policy accept;
            fib daddr type local jump publish
            }
            chain output {
            type nat hook output priority -100; policy accept;
            fib daddr type local jump publish
            }
            chain postrouting {
            type nat hook postrouting priority srcnat; policy accept;
            oifname @links ip saddr 127.0.0.0/8 masquerade
            ip saddr vmap @from
            }
            chain forward {
            type filter hook forward priority filter; policy accept;
            oifname vmap @into
            }
            """;

    private static java.util.stream.Stream<String> elements(Collection<PortRule> ports, String map) {
        return ports.stream().filter(port -> port.map().equals(map)).map(PortRule::element);
    }

    private static void map(StringBuilder text, String name, String type, java.util.stream.Stream<String> elements) {
        set(text, "map " + name + " { type " + type + ";", elements);
    }

    private static void set(StringBuilder text, String head, java.util.stream.Stream<String> elements) {
        String all = elements.collect(Collectors.joining(", "));
        text.append(head)
                .append(all.isEmpty() ? "" : " elements = { " + all + " }")
                .append(" }\n");
    }

    static String quoted(String link) {
        return '"' + link + '"';
    }

    /** A link's name as part of an nft identifier; what is not allowed there is written in hexadecimal. */
    static String identifier(String link) {
        StringBuilder name = new StringBuilder(link.length());
        for (int i = 0; i < link.length(); i++) {
            char c = link.charAt(i);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || c == '.' || c == '-');
            name.append(plain ? String.valueOf(c) : "_" + Integer.toHexString(c));
        }
        return name.toString();
    }
}
