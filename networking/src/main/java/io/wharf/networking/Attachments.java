package io.wharf.networking;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import io.wharf.linux.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads where a container wants to be, and refuses what contradicts itself, in Docker's words. */
final class Attachments {
    private static final String CONTAINER = "container:";
    private static final EndpointConfig NOTHING_ASKED = new EndpointConfig(null, List.of(), List.of(), "", Map.of(), 0);

    private final Networks networks;

    Attachments(Networks networks) {
        this.networks = networks;
    }

    /** Where a container is to be. */
    sealed interface Place {
        /** In the namespace of another. */
        record OfContainer(String ref) implements Place {}

        /** In a network; what the client asked of the endpoint there. */
        record InNetwork(Network network, EndpointConfig asked) implements Place {}
    }

    /**
     * Checks all that can be said before the container starts, and answers what it is to have. The networks themselves may
     * still be made until then.
     */
    NetworkingConfig check(JoinNetworks request) {
        List<WantedPort> ports = WantedPort.parse(request.exposedPorts(), request.portBindings(), request.publishAll());
        if (request.mode().startsWith(CONTAINER)) {
            refuseWithSharedNamespace(request, ports);
        }
        request.exposedPorts().forEach(port -> {
            WantedPort.portOf(port);
            WantedPort.protocolOf(port);
        });
        hardwareAddress(request.macAddress());
        return request.endpoints();
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
        Network network = network(mode);
        Map<String, EndpointConfig> asked = request.endpoints().endpointsConfig();
        EndpointConfig own = NOTHING_ASKED;
        for (Map.Entry<String, EndpointConfig> entry : asked.entrySet()) {
            if (!entry.getKey().equals(mode) && !network(entry.getKey()).id().equals(network.id())) {
                throw WharfException.notImplemented("a container in several networks is not supported yet");
            }
            own = entry.getValue();
        }
        if (network.isPredefined()) {
            refuseOnPredefined(network, own);
        }
        return new Place.InNetwork(network, own);
    }

    private Network network(String ref) {
        if (ref.isEmpty() || ref.equals("default")) {
            // An engine without a bridge has no default but to leave its containers alone.
            return networks.named(Network.BRIDGE).orElseGet(() -> networks.get(Network.NONE));
        }
        return networks.get(ref);
    }

    private static void refuseOnPredefined(Network network, EndpointConfig asked) {
        var addresses = asked.ipamConfig();
        if (addresses != null && (given(addresses.ipv4Address()) || given(addresses.ipv6Address()))) {
            throw WharfException.invalid("invalid config for network " + network.name()
                    + ": invalid endpoint settings:\n"
                    + "user specified IP address is supported on user defined networks only");
        }
        if (!asked.aliases().isEmpty() && network.driver().kind() != Driver.Kind.BRIDGE) {
            throw WharfException.invalid("invalid config for network " + network.name()
                    + ": invalid endpoint settings:\n"
                    + "network-scoped alias is supported only for containers in user defined networks");
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

    /** The hardware address that was asked for, on the endpoint or for the container; null for none. */
    static @Nullable MacAddress hardwareAddress(JoinNetworks request, EndpointConfig asked) {
        return hardwareAddress(given(asked.macAddress()) ? asked.macAddress() : request.macAddress());
    }

    private static @Nullable MacAddress hardwareAddress(@Nullable String text) {
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
        return java.util.stream.Stream.concat(request.exposedPorts().stream(), bound.keySet().stream())
                .map(Attachments::withProtocol)
                .distinct()
                .sorted()
                .toList();
    }

    private static String withProtocol(String port) {
        return port.indexOf('/') < 0 ? port + "/tcp" : port;
    }
}
