package io.wharf.networking;

import io.wharf.base.IdIndex;
import io.wharf.base.Lanes;
import io.wharf.base.WharfException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The networks that are kept, the bridges that stand, and who is in them. Confined to the verticle's context. */
final class Networks {
    private final Map<String, Network> byId = new LinkedHashMap<>();
    private final Map<String, String> idByName = new HashMap<>();
    private final IdIndex ids = new IdIndex();
    private final Map<String, Bridge> bridges = new LinkedHashMap<>();
    private final Map<String, Membership> members = new LinkedHashMap<>();
    private final HostPorts ports = new HostPorts();
    private final Lanes lanes = new Lanes();
    private final Claims claims = new Claims();

    HostPorts ports() {
        return ports;
    }

    /** One lane for each container and each network. */
    Lanes lanes() {
        return lanes;
    }

    /** Names, links and addresses that are taken. */
    Claims claims() {
        return claims;
    }

    /** Whether a network goes by this name, or one that is being made. */
    boolean isNamed(String name) {
        return idByName.containsKey(name) || claims.hasName(name);
    }

    /** Drops a network and all that it had taken. */
    void forget(Network network) {
        byId.remove(network.id());
        idByName.remove(network.name());
        ids.remove(network.id());
        bridges.remove(network.id());
        claims.release(network);
    }

    void put(Network network) {
        byId.put(network.id(), network);
        idByName.put(network.name(), network.id());
        ids.add(network.id());
    }

    Collection<Network> all() {
        return byId.values();
    }

    /** By id, name, or unique prefix of an id. */
    Network get(String ref) {
        Network exact = byId.get(ref);
        if (exact != null) {
            return exact;
        }
        return named(ref)
                .or(() -> ids.find(ref).map(byId::get))
                .orElseThrow(() -> WharfException.notFound("network " + ref + " not found"));
    }

    Optional<Network> named(String name) {
        return Optional.ofNullable(idByName.get(name)).map(byId::get);
    }

    void put(Bridge bridge) {
        bridges.put(bridge.network().id(), bridge);
    }

    Optional<Bridge> bridge(String networkId) {
        return Optional.ofNullable(bridges.get(networkId));
    }

    Collection<Bridge> bridges() {
        return bridges.values();
    }

    Optional<Membership> member(String containerId) {
        return Optional.ofNullable(members.get(containerId));
    }

    Collection<Membership> members() {
        return members.values();
    }

    void put(Membership membership) {
        members.put(membership.containerId(), membership);
    }

    void drop(Membership membership) {
        members.remove(membership.containerId());
    }

    /** Marks what a container has as taken, after a restart. */
    void adopt(Membership membership) {
        put(membership);
        for (Endpoint endpoint : membership.endpoints()) {
            if (endpoint.isWired()) {
                bridge(endpoint.networkId())
                        .ifPresent(bridge -> bridge.addresses().reserve(endpoint.inet()));
            }
        }
        ports.takeAgain(membership.ports());
    }

    /** Gives back addresses that nobody answers to any more. */
    void releaseAddresses(Membership membership) {
        for (Endpoint endpoint : membership.endpoints()) {
            if (endpoint.isWired()) {
                bridge(endpoint.networkId())
                        .ifPresent(bridge -> bridge.addresses().release(endpoint.inet()));
            }
        }
    }

    /** Whether anybody is on a bridge. */
    boolean isIdle() {
        return members.values().stream()
                .flatMap(member -> member.endpoints().stream())
                .noneMatch(Endpoint::isWired);
    }

    /** Where the published ports of a container lead: to its first endpoint with an address. */
    static List<PortRule> rules(Membership membership) {
        return membership.endpoints().stream()
                .filter(Endpoint::isWired)
                .findFirst()
                .map(endpoint -> membership.ports().stream()
                        .map(port -> new PortRule(port, endpoint.inet()))
                        .toList())
                .orElse(List.of());
    }
}
