package io.wharf.networking.firewall;

import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * Writes the engine's rules in the language of nft(8).
 *
 * <p>One table, named by the default bridge so that engines side by side do not meet. What belongs to a port is an element
 * of a map and what belongs to a bridge some chains and elements, so the cost of a packet does not grow with either. Chain
 * {@code user} is the administrator's: declared, jumped to before all else, and never flushed.
 */
final class RuleText {
    /** The administrator's chain. */
    static final String USER = "user";

    /** Links between which nothing of a family is passed on. */
    static final String UNROUTED_IPV4 = "unrouted4";

    static final String UNROUTED_IPV6 = "unrouted6";

    private static final List<String> MAPS = List.of(
            "set links { type ifname; }",
            "map into { type ifname : verdict; }",
            "map out { type ifname : verdict; }",
            "map from4 { type ipv4_addr : verdict; flags interval; }",
            "map from6 { type ipv6_addr : verdict; flags interval; }",
            "map published4 { type inet_proto . inet_service : ipv4_addr . inet_service; }",
            "map published6 { type inet_proto . inet_service : ipv6_addr . inet_service; }",
            "map published_at4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }",
            "map published_at6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }",
            "set open4 { type ipv4_addr . inet_proto . inet_service; }",
            "set open6 { type ipv6_addr . inet_proto . inet_service; }",
            "set unrouted4 { type ifname; }",
            "set unrouted6 { type ifname; }");

    /** The chains that are always there, with the hooks they are called from. */
    private static final Map<String, String> CHAINS = new LinkedHashMap<>();

    static {
        CHAINS.put("guard", "type filter hook prerouting priority raw; policy accept;");
        CHAINS.put("publish", "");
        CHAINS.put("prerouting", "type nat hook prerouting priority dstnat; policy accept;");
        CHAINS.put("output", "type nat hook output priority -100; policy accept;");
        CHAINS.put("postrouting", "type nat hook postrouting priority srcnat; policy accept;");
        CHAINS.put("forward", "type filter hook forward priority filter; policy accept;");
    }

    private final String name;
    private final boolean ipv4;
    private final boolean ipv6;
    private final Openings openings;

    /** Rules of the engine whose default bridge has this name, for one family or both. */
    RuleText(String bridge, boolean ipv4, boolean ipv6, Openings openings) {
        this.name = "wharf_" + identifier(bridge);
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.openings = openings;
    }

    /** The table's name, without its family. */
    String name() {
        return name;
    }

    /** Family and name. */
    String table() {
        return "inet " + name;
    }

    boolean covers(boolean v6) {
        return v6 ? ipv6 : ipv4;
    }

    /** Whether the packets of these addresses are any business of this table. */
    boolean covers(Element element) {
        return switch (element.set().charAt(element.set().length() - 1)) {
            case '4' -> ipv4;
            case '6' -> ipv6;
            default -> true;
        };
    }

    /**
     * All rules in one transaction, in place of whatever stood there, the administrator's chain excepted.
     *
     * @param present chains of the table as it is
     */
    String all(Collection<String> present, Collection<BridgeRule> bridges, Collection<Element> elements) {
        StringBuilder text = new StringBuilder("add table " + table() + "\n");
        line(text, "add chain", USER);
        // Declared before they are flushed or deleted, for a part of them may be missing.
        MAPS.forEach(map -> declare(text, map));
        CHAINS.forEach((chain, hook) -> {
            line(text, "add chain", hook.isEmpty() ? chain : chain + " { " + hook + " }");
            line(text, "flush chain", chain);
        });
        List<String> old = present.stream().filter(RuleText::isOfBridge).toList();
        old.forEach(chain -> line(text, "flush chain", chain));
        // Deleted and not flushed, so that they may have other types than those of an earlier engine.
        MAPS.forEach(map -> line(text, "delete " + kind(map), name(map)));
        old.forEach(chain -> line(text, "delete chain", chain));
        // Chains speak of sets, and maps of chains; elements of intervals go into the kernel together with their map.
        MAPS.stream().filter(map -> kind(map).equals("set")).forEach(set -> declare(text, set));
        bridges.forEach(bridge -> chains(text, bridge));
        MAPS.stream().filter(map -> kind(map).equals("map")).forEach(map -> declare(text, map));
        guard(text);
        publish(text);
        postrouting(text);
        forward(text);
        List<Element> all = new ArrayList<>(elements);
        bridges.forEach(bridge -> all.addAll(new BridgeChains(bridge, ipv4, ipv6, openings).elements()));
        elements(text, "add", all);
        return text.toString();
    }

    private void declare(StringBuilder text, String map) {
        line(text, "add " + kind(map), map.substring(map.indexOf(' ') + 1));
    }

    private static String kind(String map) {
        return map.substring(0, map.indexOf(' '));
    }

    private static String name(String map) {
        return map.substring(map.indexOf(' ') + 1, map.indexOf(" {"));
    }

    /** As {@link #all}, but for a table that is lost or cannot be mended: it is made anew, with these rules in {@code user}. */
    String anew(String user, Collection<BridgeRule> bridges, Collection<Element> elements) {
        String declared = all(List.of(), bridges, elements);
        return remove() + declared + user;
    }

    /** Takes the table away, whether it is there or not. */
    String remove() {
        return "add table " + table() + "\ndelete table " + table() + "\n";
    }

    /** The chains and elements of one more bridge. */
    String add(BridgeRule bridge) {
        StringBuilder text = new StringBuilder();
        chains(text, bridge);
        elements(text, "add", new BridgeChains(bridge, ipv4, ipv6, openings).elements());
        return text.toString();
    }

    private void chains(StringBuilder text, BridgeRule bridge) {
        new BridgeChains(bridge, ipv4, ipv6, openings).chains().forEach((chain, rules) -> {
            line(text, "add chain", chain);
            rules.forEach(rule -> line(text, "add rule", chain + " " + rule));
        });
    }

    String remove(BridgeRule bridge) {
        BridgeChains gone = new BridgeChains(bridge, ipv4, ipv6, openings);
        StringBuilder text = new StringBuilder();
        elements(text, "delete", gone.elements());
        gone.chains().keySet().forEach(chain -> line(text, "flush chain", chain));
        gone.chains().keySet().forEach(chain -> line(text, "delete chain", chain));
        return text.toString();
    }

    String add(Collection<Element> elements) {
        StringBuilder text = new StringBuilder();
        elements(text, "add", elements);
        return text.toString();
    }

    String delete(Collection<Element> elements) {
        StringBuilder text = new StringBuilder();
        elements(text, "delete", elements);
        return text.toString();
    }

    private void elements(StringBuilder text, String verb, Collection<Element> elements) {
        Map<String, StringJoiner> bySet = new LinkedHashMap<>();
        for (Element element : elements) {
            bySet.computeIfAbsent(element.set(), set -> new StringJoiner(", "))
                    .add(verb.equals("add") ? element.text() : element.key());
        }
        bySet.forEach((set, all) -> line(text, verb + " element", set + " { " + all + " }"));
    }

    /**
     * Keeps 127/8 what it is: the bridges route it, for the host's own calls to published ports, and nobody else may use
     * that; addresses of localhost from outside would otherwise meet the maps of ports.
     */
    private void guard(StringBuilder text) {
        if (ipv4) {
            rule(text, "guard", "ip daddr 127.0.0.0/8 iifname != \"lo\" drop");
            rule(text, "guard", "ip saddr 127.0.0.0/8 iifname @links drop");
        }
    }

    /** What is called at ::1, or from a link-local address, no rule can lead on: the engine's own sockets take it. */
    private void publish(StringBuilder text) {
        if (ipv4) {
            rule(text, "publish", "dnat ip to ip daddr . meta l4proto . th dport map @published_at4");
            rule(text, "publish", "meta nfproto ipv4 dnat ip to meta l4proto . th dport map @published4");
        }
        if (ipv6) {
            rule(text, "publish", "ip6 daddr ::1 return");
            rule(text, "publish", "ip6 saddr fe80::/10 return");
            rule(text, "publish", "dnat ip6 to ip6 daddr . meta l4proto . th dport map @published_at6");
            rule(text, "publish", "meta nfproto ipv6 dnat ip6 to meta l4proto . th dport map @published6");
        }
        rule(text, "prerouting", "fib daddr type local jump publish");
        rule(text, "output", "fib daddr type local jump publish");
    }

    private void postrouting(StringBuilder text) {
        if (ipv4) {
            rule(text, "postrouting", "ip saddr 127.0.0.0/8 oifname @links masquerade");
            rule(text, "postrouting", "ip saddr vmap @from4");
        }
        if (ipv6) {
            rule(text, "postrouting", "ip6 saddr vmap @from6");
        }
    }

    /**
     * Between links that are in {@code unrouted4} no IPv4 was passed on before the engine made the host a router; a bridge
     * that became a network's since then is no longer one of them. Likewise {@code unrouted6}.
     */
    private void forward(StringBuilder text) {
        rule(text, "forward", "jump " + USER);
        if (!ipv4 || !ipv6) {
            rule(text, "forward", "meta nfproto " + (ipv4 ? "ipv6" : "ipv4") + " accept");
        }
        rule(text, "forward", "iifname vmap @out");
        rule(text, "forward", "oifname vmap @into");
        for (String family : List.of("4", "6")) {
            String unrouted = "@unrouted" + family;
            rule(
                    text,
                    "forward",
                    "meta nfproto ipv" + family + " iifname != @links iifname " + unrouted + " oifname " + unrouted
                            + " drop");
        }
    }

    private void rule(StringBuilder text, String chain, String rule) {
        line(text, "add rule", chain + " " + rule);
    }

    private void line(StringBuilder text, String command, String rest) {
        text.append(command)
                .append(' ')
                .append(table())
                .append(' ')
                .append(rest)
                .append('\n');
    }

    private static boolean isOfBridge(String chain) {
        return Stream.of("into_", "out_", "from4_", "from6_").anyMatch(chain::startsWith);
    }

    /** Nothing that ends the quotes, or that nft reads as more than itself. */
    static String quoted(String link) {
        if (!canWrite(link)) {
            throw WharfException.invalid("the name of link " + link + " cannot stand in rules");
        }
        return '"' + link + '"';
    }

    static boolean canWrite(String link) {
        return link.chars().noneMatch(c -> c == '"' || c == '\\' || c == '*' || Character.isISOControl(c));
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
