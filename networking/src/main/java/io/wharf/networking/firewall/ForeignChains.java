package io.wharf.networking.firewall;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.linux.Nftables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Other people's chains in the way of forwarded packets.
 *
 * <p>An accept in a table of one's own does not undo another table's drop, so where a foreign chain drops what nobody
 * accepted, the bridges' packets have to be accepted there. The accepts are the last word before that drop: whatever the
 * chain's owner decides about the packets comes first. They carry a comment by which they are found again, and are such
 * as iptables can show. Blocking.
 */
public final class ForeignChains {
    /** Base chains of iptables-nft, nft itself and Docker; bridge and netdev families do not see routed packets. */
    private static final Set<String> FAMILIES = Set.of("ip", "ip6", "inet");

    private static final Set<String> DROPS = Set.of("DROP", "REJECT");
    /** Chains within chains, as ufw has them; iptables itself ends loops. */
    private static final int DEEPEST = 8;

    private final Nftables nft;
    private final String comment;
    private final Set<String> families;

    /** Accepts are marked with the engine's default bridge, which no two engines share. */
    public ForeignChains(Nftables nft, String bridge, boolean ipv4, boolean ipv6) {
        this.nft = nft;
        this.comment = "wharf:" + bridge;
        Set<String> looked = new HashSet<>(FAMILIES);
        if (!ipv4) {
            looked.remove("ip");
        }
        if (!ipv6) {
            looked.remove("ip6");
        }
        this.families = Set.copyOf(looked);
    }

    /**
     * A chain whose accepts are not what they should be.
     *
     * @param path family, table and name, as nft writes them
     * @param dropHandle handle of the rule that drops the rest, or none where the chain's policy does
     * @param missing links whose packets are not accepted yet
     * @param surplus handles of accepts for links that are gone
     */
    record Chain(String path, Optional<Long> dropHandle, List<String> missing, List<Long> surplus) {
        String commands(String comment) {
            StringBuilder text = new StringBuilder();
            surplus.forEach(handle -> text.append("delete rule ")
                    .append(path)
                    .append(" handle ")
                    .append(handle)
                    .append('\n'));
            String where = dropHandle
                    .map(handle -> "insert rule " + path + " position " + handle)
                    .orElse("add rule " + path);
            for (String link : missing) {
                String rest =
                        " " + RuleText.quoted(link) + " counter accept comment " + RuleText.quoted(comment) + "\n";
                text.append(where).append(" iifname").append(rest);
                text.append(where).append(" oifname").append(rest);
            }
            return text.toString();
        }
    }

    /**
     * What was seen.
     *
     * @param watched names of all chains that decide about forwarded packets
     * @param drops whether any of them drops what nobody accepted
     */
    record Seen(List<Chain> toChange, Set<String> watched, boolean drops) {}

    /** Looks at all chains that drop forwarded packets, for accepts of exactly these links. */
    Seen look(Collection<String> links) {
        List<Chain> toChange = new ArrayList<>();
        Set<String> watched = new HashSet<>();
        boolean anyDrops = false;
        for (JsonNode chain : forwardChains()) {
            String path = path(chain);
            watched.add(chain.path("name").asText());
            List<JsonNode> rules = rules(path);
            Map<String, Accepts> accepted = accepted(rules);
            Optional<Long> drop = Optional.empty();
            for (JsonNode rule : rules) {
                if (drop.isEmpty() && !isOurs(rule) && dropsTheRest(chain, rule, watched, 0)) {
                    drop = Optional.of(rule.path("handle").asLong());
                }
            }
            boolean drops = drop.isPresent() || chain.path("policy").asText().equals("drop");
            anyDrops |= drops;
            List<String> missing = drops
                    ? links.stream()
                            .filter(link -> !isWhole(accepted.get(link)))
                            .toList()
                    : List.of();
            List<Long> surplus = accepted.entrySet().stream()
                    .filter(entry -> !links.contains(entry.getKey()) || missing.contains(entry.getKey()))
                    .flatMap(entry -> entry.getValue().handles())
                    .toList();
            if (!missing.isEmpty() || !surplus.isEmpty()) {
                toChange.add(new Chain(path, drop, missing, surplus));
            }
        }
        return new Seen(toChange, watched, anyDrops);
    }

    void accept(Chain chain) {
        nft.run(chain.commands(comment));
    }

    /** Takes this engine's accepts out of a chain; one that is gone has none. */
    public void withdraw(String path) {
        if (forwardChains().stream().noneMatch(chain -> path(chain).equals(path))) {
            return;
        }
        List<Long> ours = rules(path).stream()
                .filter(this::isOurs)
                .map(rule -> rule.path("handle").asLong())
                .toList();
        if (!ours.isEmpty()) {
            nft.run(new Chain(path, Optional.empty(), List.of(), ours).commands(comment));
        }
    }

    private List<JsonNode> forwardChains() {
        return items("list chains", "chain").stream()
                .filter(chain -> chain.path("hook").asText().equals("forward"))
                .filter(chain -> families.contains(chain.path("family").asText()))
                .filter(chain -> !chain.path("table").asText().startsWith("wharf_"))
                .toList();
    }

    private List<JsonNode> rules(String path) {
        return items("list chain " + path, "rule");
    }

    private List<JsonNode> items(String command, String kind) {
        try {
            List<JsonNode> items = new ArrayList<>();
            for (JsonNode item : Json.MAPPER.readTree(nft.runJson(command)).path("nftables")) {
                if (item.has(kind)) {
                    items.add(item.get(kind));
                }
            }
            return items;
        } catch (JsonProcessingException e) {
            throw WharfException.internal("cannot read the host's rules: " + e.getOriginalMessage(), e);
        }
    }

    private boolean isOurs(JsonNode rule) {
        return rule.path("comment").asText().equals(comment);
    }

    /** Handles of this engine's accepts of one link: of what comes from it, and of what goes to it. */
    private record Accepts(List<Long> from, List<Long> to) {
        Stream<Long> handles() {
            return Stream.concat(from.stream(), to.stream());
        }
    }

    /** One of which half is lost is none, and is written anew. */
    private static boolean isWhole(@Nullable Accepts accepts) {
        return accepts != null && !accepts.from.isEmpty() && !accepts.to.isEmpty();
    }

    private Map<String, Accepts> accepted(List<JsonNode> rules) {
        Map<String, Accepts> accepted = new HashMap<>();
        for (JsonNode rule : rules) {
            if (isOurs(rule)) {
                for (JsonNode expression : rule.path("expr")) {
                    JsonNode match = expression.path("match");
                    if (match.has("right")) {
                        Accepts accepts = accepted.computeIfAbsent(
                                match.path("right").asText(),
                                link -> new Accepts(new ArrayList<>(), new ArrayList<>()));
                        boolean from = match.at("/left/meta/key").asText().equals("iifname");
                        (from ? accepts.from : accepts.to)
                                .add(rule.path("handle").asLong());
                    }
                }
            }
        }
        return accepted;
    }

    private static String path(JsonNode chain) {
        return chain.path("family").asText() + " " + chain.path("table").asText() + " "
                + chain.path("name").asText();
    }

    /** Whether a rule drops or rejects everything that reaches it, by itself or in a chain that it leads to. */
    private boolean dropsTheRest(JsonNode chain, JsonNode rule, Set<String> watched, int depth) {
        boolean drops = false;
        for (JsonNode expression : rule.path("expr")) {
            if (expression.has("drop") || expression.has("reject")) {
                drops = true;
            } else if (expression.has("jump") || expression.has("goto")) {
                JsonNode to = expression.has("jump") ? expression.path("jump") : expression.path("goto");
                drops = depth < DEEPEST && chainDrops(chain, to.path("target").asText(), watched, depth + 1);
            } else if (expression.has("xt")
                    && expression.path("xt").path("type").asText().equals("target")) {
                drops = DROPS.contains(expression.path("xt").path("name").asText());
            } else if (!expression.has("counter") && !expression.has("log")) {
                return false;
            }
        }
        return drops;
    }

    private boolean chainDrops(JsonNode base, String name, Set<String> watched, int depth) {
        watched.add(name);
        String path = base.path("family").asText() + " " + base.path("table").asText() + " " + name;
        for (JsonNode rule : rules(path)) {
            if (dropsTheRest(base, rule, watched, depth)) {
                return true;
            }
        }
        return false;
    }
}
