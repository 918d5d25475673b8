package io.wharf.networking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.linux.Nftables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Other people's chains in the way of forwarded packets.
 *
 * <p>An accept in a table of one's own does not undo another table's drop, so where a foreign chain drops what nobody
 * accepted, the bridge's packets have to be accepted there. The accepts are the last word before that drop: whatever the
 * chain's owner decides about the packets comes first. They carry a comment by which they are found again. Blocking.
 */
final class ForeignChains {
    /** Base chains of iptables-nft, nft itself and Docker; bridge and netdev families do not see routed packets. */
    private static final Set<String> FAMILIES = Set.of("ip", "inet");

    private static final Set<String> DROPS = Set.of("DROP", "REJECT");

    private final Nftables nft;
    private final String comment;

    /** Accepts are marked with the engine's default bridge, which no two engines share. */
    ForeignChains(Nftables nft, String bridge) {
        this.nft = nft;
        this.comment = "wharf:" + bridge;
    }

    /**
     * A chain that drops.
     *
     * @param path family, table and name, as nft writes them
     * @param dropHandle handle of the rule that drops the rest, or none where the chain's policy does
     */
    record Chain(String path, Optional<Long> dropHandle) {
        /** The rules that let the packets of a bridge pass. */
        String accepts(String link, String comment) {
            String where = dropHandle
                    .map(handle -> "insert rule " + path + " position " + handle)
                    .orElse("add rule " + path);
            String rest = " " + RuleText.quoted(link) + " counter accept comment " + RuleText.quoted(comment) + "\n";
            return where + " iifname" + rest + where + " oifname" + rest;
        }
    }

    /** The chains that drop forwarded packets and do not have this engine's accepts yet. */
    List<Chain> dropping() {
        List<Chain> dropping = new ArrayList<>();
        for (JsonNode chain : forwardChains()) {
            List<JsonNode> rules = rules(path(chain));
            if (rules.stream().anyMatch(this::isOurs)) {
                continue;
            }
            Optional<Long> drop = rules.stream()
                    .filter(ForeignChains::dropsTheRest)
                    .findFirst()
                    .map(rule -> rule.path("handle").asLong());
            if (drop.isPresent() || chain.path("policy").asText().equals("drop")) {
                dropping.add(new Chain(path(chain), drop));
            }
        }
        return dropping;
    }

    void accept(Chain chain, String link) {
        nft.run(chain.accepts(link, comment));
    }

    /** Takes this engine's accepts out of a chain; one that is gone has none. */
    void withdraw(String path) {
        if (forwardChains().stream().noneMatch(chain -> path(chain).equals(path))) {
            return;
        }
        StringBuilder commands = new StringBuilder();
        rules(path).stream()
                .filter(this::isOurs)
                .forEach(rule -> commands.append("delete rule ")
                        .append(path)
                        .append(" handle ")
                        .append(rule.path("handle").asLong())
                        .append('\n'));
        if (!commands.isEmpty()) {
            nft.run(commands.toString());
        }
    }

    private List<JsonNode> forwardChains() {
        return items("list chains", "chain").stream()
                .filter(chain -> chain.path("hook").asText().equals("forward"))
                .filter(chain -> FAMILIES.contains(chain.path("family").asText()))
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

    private static String path(JsonNode chain) {
        return chain.path("family").asText() + " " + chain.path("table").asText() + " "
                + chain.path("name").asText();
    }

    /** Whether a rule drops or rejects everything that reaches it. */
    private static boolean dropsTheRest(JsonNode rule) {
        boolean drops = false;
        for (JsonNode expression : rule.path("expr")) {
            if (expression.has("drop") || expression.has("reject")) {
                drops = true;
            } else if (expression.has("xt")
                    && expression.path("xt").path("type").asText().equals("target")) {
                drops = DROPS.contains(expression.path("xt").path("name").asText());
            } else if (!expression.has("counter") && !expression.has("log")) {
                return false;
            }
        }
        return drops;
    }
}
