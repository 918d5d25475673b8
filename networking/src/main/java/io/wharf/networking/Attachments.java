package io.wharf.networking;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.MacAddress;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.ports.WantedPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads where a container wants to be, and refuses what contradicts itself, in Docker's words. */
final class Attachments {
    private static final String CONTAINER = "container:";

    private final Networks networks;

    Attachments(Networks networks) {
        this.networks = networks;
    }

    /** Where a container is to be. */
    sealed interface Place {
        /** In the namespace of another. */
        record OfContainer(String ref) implements Place {}

        /** In networks, that of its mode first; in none of them if the last one was taken away. */
        record InNetworks(List<InNetwork> all) implements Place {}
    }

    /** A network, and what the client asked of the endpoint there. */
    record InNetwork(Network network, EndpointConfig asked) {}

    /**
     * Checks all that can be said before the container starts, and answers what it is to have. The networks themselves may
     * still be made until then.
     */
    NetworkingConfig check(JoinNetworks request) {
        List<WantedPort> ports =
                WantedPort.parse(request.exposedPorts(), request.portBindings(), request.publishAll(), null);
        if (request.mode().startsWith(CONTAINER)) {
            refuseWithSharedNamespace(request, ports);
        }
        request.exposedPorts().forEach(port -> {
            WantedPort.portOf(port);
            WantedPort.protocolOf(port);
        });
        hardwareAddress(request.macAddress());
        Map<String, EndpointConfig> named = new LinkedHashMap<>();
        List<Network> known = new ArrayList<>();
        request.endpoints().endpointsConfig().forEach((ref, asked) -> {
            hardwareAddress(asked.macAddress());
            Optional<Network> network = networks.find(ref);
            network.ifPresent(one -> {
                checkAddresses(one, asked);
                refuseTogether(request, one, known);
                known.add(one);
            });
            named.merge(network.map(Network::name).orElse(ref), asked, (first, again) -> first);
        });
        // A name, where the mode gives an id.
        if (named.isEmpty() && isUserDefined(request.mode())) {
            networks.find(request.mode())
                    .filter(network -> !network.name().equals(request.mode()))
                    .ifPresent(network -> named.put(network.name(), EndpointConfig.NOTHING_ASKED));
        }
        return new NetworkingConfig(named);
    }

    private static void refuseWithSharedNamespace(JoinNetworks request, List<WantedPort> ports) {
        if (request.mode().length() == CONTAINER.length()) {
            throw WharfException.invalid("Invalid network mode: invalid container format container:<name|id>");
        }
        if (!ports.isEmpty()) {
            throw WharfException.invalid("conflicting options: port publishing and the container type network mode");
        }
        if (given(request.macAddress())) {
            throw WharfException.invalid("conflicting options: mac-address and the network mode");
        }
    }

    /** Where the request leads. */
    Place place(JoinNetworks request) {
        String mode = request.mode();
        if (mode.startsWith(CONTAINER)) {
            return new Place.OfContainer(mode.substring(CONTAINER.length()));
        }
        if (request.detached()) {
            return new Place.InNetworks(List.of());
        }
        Map<String, EndpointConfig> asked = request.endpoints().endpointsConfig();
        List<InNetwork> places = new ArrayList<>();
        if (asked.isEmpty()) {
            places.add(place(request, mode, EndpointConfig.NOTHING_ASKED, true));
        }
        Optional<Network> main = asked.isEmpty() ? Optional.empty() : networks.find(orBridge(mode));
        List<Network> known = new ArrayList<>();
        asked.forEach((ref, wanted) -> {
            Network network = network(ref);
            boolean isMain = main.filter(network::equals).isPresent();
            InNetwork place = place(request, ref, wanted, isMain || asked.size() == 1);
            refuseTogether(request, network, known);
            if (!known.contains(network)) {
                known.add(network);
                places.add(isMain ? 0 : places.size(), place);
            }
        });
        return new Place.InNetworks(places);
    }

    private InNetwork place(JoinNetworks request, String ref, EndpointConfig asked, boolean main) {
        Network network = network(ref);
        checkAddresses(network, asked);
        String mac = request.macAddress();
        return main && mac != null && !mac.isEmpty() && asked.macAddress().isEmpty()
                ? new InNetwork(network, withMac(asked, mac))
                : new InNetwork(network, asked);
    }

    private static EndpointConfig withMac(EndpointConfig asked, String mac) {
        return new EndpointConfig(
                asked.ipamConfig(), asked.links(), asked.aliases(), mac, asked.driverOpts(), asked.gwPriority());
    }

    /**
     * One more network for a container; refuses what Docker refuses.
     *
     * @param others those that it is in
     */
    InNetwork further(JoinNetworks request, String ref, EndpointConfig asked, List<Network> others) {
        if (request.mode().startsWith(CONTAINER)) {
            throw sharing();
        }
        Network network = networks.get(ref);
        hardwareAddress(asked.macAddress());
        checkAddresses(network, asked);
        refuseTogether(
                request,
                network,
                others.stream().filter(other -> !other.equals(network)).toList());
        return new InNetwork(network, asked);
    }

    /** The networks that a container asks for, as far as they are there. */
    List<Network> asked(JoinNetworks request) {
        if (request.mode().startsWith(CONTAINER) || request.detached()) {
            return List.of();
        }
        Set<String> refs = request.endpoints().endpointsConfig().keySet();
        return (refs.isEmpty() ? Set.of(orBridge(request.mode())) : refs)
                .stream().flatMap(ref -> networks.find(ref).stream()).toList();
    }

    /** The host's network and none at all are alone. */
    private static void refuseTogether(JoinNetworks request, Network network, List<Network> others) {
        Driver.Kind kind = network.driver().kind();
        if (kind == Driver.Kind.HOST && !request.mode().equals(Network.HOST)) {
            throw WharfException.invalid(
                    "cannot connect container to host network - container must be created in host network mode");
        }
        for (Network other : others) {
            if (kind == Driver.Kind.HOST || other.driver().kind() == Driver.Kind.HOST) {
                throw sharing();
            }
            if (!other.equals(network)
                    && (kind == Driver.Kind.NONE || other.driver().kind() == Driver.Kind.NONE)) {
                throw WharfException.invalid("container cannot be connected to multiple networks with one of the"
                        + " networks in private (none) mode");
            }
        }
    }

    private static WharfException sharing() {
        return WharfException.invalid("container sharing network namespace with another container or host cannot be"
                + " connected to any other network");
    }

    private Network network(String ref) {
        // An engine without a bridge has no default but to leave its containers alone.
        String name = orBridge(ref);
        return name.equals(Network.BRIDGE)
                ? networks.named(Network.BRIDGE).orElseGet(() -> networks.get(Network.NONE))
                : networks.get(name);
    }

    private static String orBridge(String ref) {
        return ref.isEmpty() || ref.equals("default") ? Network.BRIDGE : ref;
    }

    private static boolean isUserDefined(String mode) {
        return !mode.isEmpty() && !mode.equals("default") && !mode.startsWith(CONTAINER);
    }

    private static void checkAddresses(Network network, EndpointConfig asked) {
        EndpointAddresses wanted = asked.ipamConfig();
        List<String> faults = new ArrayList<>();
        if (wanted != null) {
            checkFamily(wanted.ipv4Address(), Family.V4, faults);
            checkFamily(wanted.ipv6Address(), Family.V6, faults);
            wanted.linkLocalIps().stream()
                    .filter(local -> Ip.read(local).isEmpty())
                    .forEach(local -> faults.add("invalid link-local IP address: " + local));
        }
        if (network.isPredefined()) {
            if (wanted != null && (given(wanted.ipv4Address()) || given(wanted.ipv6Address()))) {
                faults.add("user-specified IP address is supported on user-defined networks only");
            }
            if (!asked.aliases().isEmpty()) {
                faults.add("network-scoped aliases are only supported for user-defined networks");
            }
        } else if (wanted != null && faults.isEmpty()) {
            Stream.of(wanted.ipv4Address(), wanted.ipv6Address())
                    .filter(Attachments::given)
                    .filter(address -> !Networks.covers(network, Ip.parse(address)))
                    .forEach(address -> faults.add("no configured subnet contains IP address " + address));
        }
        if (!faults.isEmpty()) {
            throw WharfException.invalid("invalid config for network " + network.name()
                    + ": invalid endpoint settings:\n" + String.join("\n", faults));
        }
        EndpointSysctls.of(asked);
    }

    private static void checkFamily(@Nullable String address, Family family, List<String> faults) {
        if (given(address)
                && Ip.read(Objects.requireNonNull(address))
                        .filter(one -> Family.of(one) == family)
                        .isEmpty()) {
            faults.add("invalid " + family + " address: " + address);
        }
    }

    /** The container whose namespace is to be shared, by id, name, or prefix of an id. */
    Membership sharing(String ref) {
        Optional<Membership> found = networks.member(ref)
                .or(() -> networks.members().stream()
                        .filter(member -> member.name().equals(ref))
                        .findFirst())
                .or(() -> networks.members().stream()
                        .filter(member -> member.containerId().startsWith(ref))
                        .findFirst());
        return found.orElseThrow(
                () -> new WharfException(ErrorKind.CONFLICT, "cannot join network of a non running container: " + ref));
    }

    /** The hardware address that a text is; null for none. */
    static @Nullable MacAddress hardwareAddress(@Nullable String text) {
        if (!given(text)) {
            return null;
        }
        try {
            return MacAddress.parse(Objects.requireNonNull(text));
        } catch (IllegalArgumentException e) {
            throw new WharfException(ErrorKind.INVALID_ARGUMENT, text + " is not a valid mac address", e);
        }
    }

    private static boolean given(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    /** Every port that inspect shows: what is exposed and what is bound. */
    static List<String> shownPorts(JoinNetworks request) {
        Map<String, List<PortBinding>> bound = request.portBindings();
        return Stream.concat(request.exposedPorts().stream(), bound.keySet().stream())
                .map(Attachments::withProtocol)
                .distinct()
                .sorted()
                .toList();
    }

    private static String withProtocol(String port) {
        return port.indexOf('/') < 0 ? port + "/tcp" : port;
    }
}
