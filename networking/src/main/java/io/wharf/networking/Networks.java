package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.IdIndex;
import io.wharf.base.Lanes;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.networking.address.Subnet;
import io.wharf.networking.firewall.PortRule;
import io.wharf.networking.ports.HostPorts;
import io.wharf.networking.ports.Reach;
import io.wharf.networking.remote.RemoteDrivers;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The networks that are kept, the bridges that stand, and who is in them. Confined to the verticle's context. */
final class Networks {
    private final Map<String, Network> byId = new LinkedHashMap<>();
    private final Map<String, String> idByName = new HashMap<>();
    private final IdIndex ids = new IdIndex();
    private final Map<String, Bridge> bridges = new LinkedHashMap<>();
    private final Map<String, Membership> members = new LinkedHashMap<>();
    private final Map<String, Membership> expected = new HashMap<>();
    private final Set<String> going = new HashSet<>();
    private final HostPorts ports;
    private final Lanes lanes = new Lanes("network");
    private final Claims claims = new Claims();
    private final DepartingAddresses departing = new DepartingAddresses();
    private final Naming naming = new Naming();
    private @Nullable RemoteDrivers remote;
    private boolean openDirectly;

    /** Who is called what. */
    Naming naming() {
        return naming;
    }

    /** The drivers that are plugins. */
    RemoteDrivers remote() {
        return Objects.requireNonNull(remote, "asked before it was started");
    }

    /** Whether published ports are open at the containers' own addresses, whatever their networks ask for. */
    boolean isOpenDirectly() {
        return openDirectly;
    }

    void openDirectly(boolean open) {
        openDirectly = open;
    }

    void begin(RemoteDrivers drivers) {
        remote = drivers;
    }

    Networks(HostPorts ports) {
        this.ports = ports;
    }

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

    /** Addresses that are about to be free. */
    DepartingAddresses departing() {
        return departing;
    }

    /** Whether a network goes by this name, or one that is being made. */
    boolean isNamed(String name) {
        return idByName.containsKey(name) || claims.hasName(name);
    }

    /** Drops a network; what it had taken is released when its links are gone. */
    void forget(Network network) {
        byId.remove(network.id());
        idByName.remove(network.name());
        ids.remove(network.id());
        bridges.remove(network.id());
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
        return find(ref).orElseThrow(() -> WharfException.notFound("network " + ref + " not found"));
    }

    Optional<Network> find(String ref) {
        Network exact = byId.get(ref);
        return exact == null ? named(ref).or(() -> ids.find(ref).map(byId::get)) : Optional.of(exact);
    }

    /** Whether one of its subnets has an address. */
    static boolean covers(Network network, InetAddress address) {
        return network.ipam().config().stream()
                .map(IpamConfig::subnet)
                .anyMatch(subnet -> subnet != null && Subnet.parse(subnet).contains(address));
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

    /** Indices of their links. */
    Set<Integer> bridgeLinks() {
        return bridges.values().stream().map(Bridge::index).collect(Collectors.toSet());
    }

    Collection<Bridge> bridges() {
        return bridges.values();
    }

    /** Names of the bridges' links. */
    List<String> links() {
        return bridges.values().stream().map(bridge -> bridge.network().link()).toList();
    }

    Optional<Membership> member(String containerId) {
        return Optional.ofNullable(members.get(containerId));
    }

    Collection<Membership> members() {
        return members.values();
    }

    void put(Membership membership) {
        expected.remove(membership.key());
        naming.put(members.put(membership.containerId(), membership), membership);
    }

    /** A membership that is being made: its networks are in use from now on. */
    void expect(Membership membership, Undo undo) {
        expected.put(membership.key(), membership);
        undo.push("expectation of " + membership.containerId(), () -> {
            expected.remove(membership.key());
            return Future.succeededFuture();
        });
    }

    /** Who is in a network, or about to be. */
    List<Membership> membersOf(String networkId) {
        return Stream.concat(members.values().stream(), expected.values().stream())
                .filter(member -> member.in(networkId).isPresent())
                .toList();
    }

    /** Networks are being removed, and nobody may come into them any more; or that came to nothing. */
    void removing(List<Network> networks, boolean now) {
        networks.forEach(network -> {
            if (now) {
                going.add(network.id());
            } else {
                going.remove(network.id());
            }
        });
    }

    boolean isGoing(String networkId) {
        return going.contains(networkId);
    }

    void drop(Membership membership) {
        members.remove(membership.containerId());
        naming.drop(membership);
    }

    /** Marks what a container has as taken, after a restart. */
    void adopt(Membership membership) {
        put(membership);
        reserveAddresses(membership);
        ports.takeAgain(membership.ports(), reach(membership));
    }

    void reserveAddresses(Membership membership) {
        for (Endpoint endpoint : membership.endpoints()) {
            claims.space(endpoint.networkId())
                    .ifPresent(space -> endpoint.addresses().forEach(space::reserve));
        }
    }

    /** Gives back addresses that nobody answers to any more. */
    void releaseAddresses(Membership left) {
        left.endpoints().stream()
                .map(Endpoint::networkId)
                .distinct()
                .forEach(id -> departing
                        .gone(left, id)
                        .forEach(address -> claims.space(id).ifPresent(space -> space.release(address))));
    }

    /** Whether anybody is on a bridge. */
    boolean isIdle() {
        return Stream.concat(members.values().stream(), expected.values().stream())
                .noneMatch(Membership::hasLinks);
    }

    /** Where published ports of a container lead. */
    Reach reach(Membership membership) {
        return new Publishing(this).reach(membership);
    }

    /** What the firewall has to know of the published ports of a container. */
    List<PortRule> rules(Membership membership) {
        return new Publishing(this).rules(membership);
    }

    /** What has to change for published ports to lead where they are to after a change of a container's networks. */
    PortMove move(Membership before, Membership after) {
        return new PortMove(rules(before), rules(after));
    }
}
