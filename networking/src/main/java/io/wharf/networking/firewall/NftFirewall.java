package io.wharf.networking.firewall;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.linux.Errno;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Nftables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rules through libnftables in this process. */
final class NftFirewall implements Firewall {
    private static final Logger LOG = LoggerFactory.getLogger(Firewall.class);
    /** So many of the last changes are known as this engine's own. */
    private static final int REMEMBERED = 256;

    private final RuleText text;
    private final Nftables nft;
    private final IntSupplier generation;
    private final Map<String, BridgeRule> bridges = new LinkedHashMap<>();
    /** How many ports want each element: two ports of the host may lead to one of a container. */
    private final Map<Element, Integer> elements = new LinkedHashMap<>();

    private final Deque<Integer> own = new ArrayDeque<>();

    /**
     * @param generation number of the latest change of any rules, see {@link io.wharf.linux.RulesetChanges#generation}
     */
    NftFirewall(RuleText text, Nftables nft, IntSupplier generation) {
        this.text = text;
        this.nft = nft;
        this.generation = generation;
    }

    @Override
    public boolean covers(boolean ipv6) {
        return text.covers(ipv6);
    }

    @Override
    public String table() {
        return text.name();
    }

    @Override
    public synchronized void install(
            Collection<BridgeRule> wantedBridges, Collection<PortRule> wantedPorts, Unrouted unrouted) {
        bridges.clear();
        wantedBridges.forEach(bridge -> bridges.put(bridge.link(), bridge));
        elements.clear();
        come(wantedPorts);
        unrouted.elements().forEach(element -> elements.put(element, 1));
        writeAll();
    }

    @Override
    public synchronized void add(BridgeRule bridge) {
        BridgeRule before = bridges.get(bridge.link());
        if (bridge.equals(before)) {
            return;
        }
        String commands = (before == null ? "" : text.remove(before)) + text.add(bridge);
        bridges.put(bridge.link(), bridge);
        try {
            change(commands);
        } catch (LinuxException e) {
            // What cannot be written for one is not to be in the way of the others.
            if (before == null) {
                bridges.remove(bridge.link());
            } else {
                bridges.put(before.link(), before);
            }
            throw e;
        }
    }

    @Override
    public synchronized void remove(Collection<String> links) {
        StringBuilder commands = new StringBuilder();
        for (String link : links) {
            BridgeRule gone = bridges.remove(link);
            if (gone != null) {
                commands.append(text.remove(gone));
            }
        }
        if (!commands.isEmpty()) {
            change(commands.toString());
        }
    }

    @Override
    public void replace(Collection<PortRule> gone, Collection<PortRule> come) {
        if (exchange(gone, come)) {
            // Takes as long as the host has flows: nobody waits for it with rules of his own.
            StaleFlows.forget(gone, come);
        }
    }

    /** Whether there was anything to change. */
    private synchronized boolean exchange(Collection<PortRule> gone, Collection<PortRule> come) {
        Map<Element, Integer> before = new LinkedHashMap<>(elements);
        List<Element> lost = gone(gone);
        List<Element> won = come(come);
        List<Element> stayed = won.stream().filter(lost::contains).toList();
        lost.removeAll(stayed);
        won.removeAll(stayed);
        if (lost.isEmpty() && won.isEmpty()) {
            return false;
        }
        try {
            change(text.delete(lost) + text.add(won));
            return true;
        } catch (LinuxException e) {
            if (!come.isEmpty()) {
                elements.clear();
                elements.putAll(before);
            }
            throw e;
        }
    }

    /** Counts elements in; those that are new. */
    private List<Element> come(Collection<PortRule> ports) {
        List<Element> won = new ArrayList<>();
        for (Element element : elementsOf(ports)) {
            if (elements.merge(element, 1, Integer::sum) == 1) {
                won.add(element);
            }
        }
        return won;
    }

    /** Counts elements out; those that nobody wants any more. */
    private List<Element> gone(Collection<PortRule> ports) {
        List<Element> lost = new ArrayList<>();
        for (Element element : elementsOf(ports)) {
            if (elements.containsKey(element)
                    && elements.computeIfPresent(element, (same, count) -> count == 1 ? null : count - 1) == null) {
                lost.add(element);
            }
        }
        return lost;
    }

    private List<Element> elementsOf(Collection<PortRule> ports) {
        return ports.stream()
                .flatMap(port -> port.elements().stream())
                .filter(text::covers)
                .toList();
    }

    @Override
    public synchronized void keepApart(Unrouted unrouted) {
        List<Element> before =
                elements.keySet().stream().filter(Unrouted::isOne).toList();
        List<Element> wanted = unrouted.elements();
        if (!Set.copyOf(before).equals(Set.copyOf(wanted))) {
            before.forEach(elements::remove);
            wanted.forEach(element -> elements.put(element, 1));
            change(text.delete(before) + text.add(wanted));
        }
    }

    private void change(String commands) {
        try {
            run(commands);
        } catch (LinuxException e) {
            LOG.warn(
                    "The rules in table {} are not as they were left ({}); writing them anew",
                    text.table(),
                    e.reason());
            writeAll();
        }
    }

    @Override
    public synchronized boolean mend(Set<Integer> generations) {
        boolean nothingSince = !own.isEmpty() && own.getLast() == generation.getAsInt();
        if (generations.isEmpty() ? nothingSince : own.containsAll(generations)) {
            return false;
        }
        writeAll();
        return true;
    }

    /** First around what the administrator has there; where that cannot be, the table is made anew. */
    private void writeAll() {
        try {
            run(text.all(chains(), bridges.values(), elements.keySet()));
        } catch (LinuxException e) {
            LOG.warn("Table {} cannot be mended ({}): it is made anew", text.table(), e.reason());
            String user = userRules();
            try {
                run(text.anew(user, bridges.values(), elements.keySet()));
            } catch (LinuxException again) {
                if (user.isEmpty()) {
                    throw again;
                }
                LOG.error("These rules of the administrator are lost, for {}: {}", again.reason(), user);
                run(text.anew("", bridges.values(), elements.keySet()));
            }
        }
    }

    private void run(String commands) {
        int before = generation.getAsInt();
        nft.run(commands);
        // With another's change in between, nobody knows which is which: both then count as foreign.
        if (generation.getAsInt() == before + 1) {
            own.add(before + 1);
            if (own.size() > REMEMBERED) {
                own.remove();
            }
        }
    }

    /** The chains of this engine's table. */
    private List<String> chains() {
        List<String> chains = new ArrayList<>();
        try {
            for (JsonNode item :
                    Json.MAPPER.readTree(nft.runJson("list chains inet")).path("nftables")) {
                if (item.path("chain").path("table").asText().equals(text.name())) {
                    chains.add(item.path("chain").path("name").asText());
                }
            }
        } catch (JsonProcessingException e) {
            throw WharfException.internal("cannot read the host's rules: " + e.getOriginalMessage(), e);
        }
        return chains;
    }

    /** The rules of the administrator's chain as commands that write them again. */
    private String userRules() {
        try {
            return nft.run("list chain " + text.table() + " " + RuleText.USER)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.endsWith("{") && !line.equals("}"))
                    .map(line -> "add rule " + text.table() + " " + RuleText.USER + " " + line + "\n")
                    .collect(Collectors.joining());
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT)) {
                return "";
            }
            throw e;
        }
    }

    @Override
    public synchronized void remove() {
        bridges.clear();
        elements.keySet().removeIf(element -> !Unrouted.isOne(element));
        if (elements.isEmpty() && userRules().isEmpty()) {
            run(text.remove());
        } else {
            writeAll();
        }
    }

    @Override
    public void close() {
        nft.close();
    }
}
