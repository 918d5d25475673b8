package io.wharf.networking;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import io.wharf.networking.address.Family;
import io.wharf.networking.ports.PublishedPort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that a container has of its networks, as the ledger keeps it from before the first of it is made until the last is
 * gone.
 *
 * @param name of the container, without slash
 * @param hostname the container's own, or empty
 * @param sandboxId of this membership; not shown where it is in another's namespace
 * @param netns path that holds its own namespace; empty in the host's or another container's
 * @param sharedWith id of the container whose namespace it uses; empty for none
 * @param endpoints in the order in which they were made
 * @param exposed ports that are shown whether published or not, as {@code 80/tcp}
 */
record Membership(
        String containerId,
        String name,
        String hostname,
        @JsonProperty("SandboxID") String sandboxId,
        String netns,
        String sharedWith,
        List<Endpoint> endpoints,
        List<PublishedPort> ports,
        List<String> exposed) {
    static final String KIND = "sandbox";
    /** Of what one has no more, until the kernel has taken it away. */
    static final String DEPARTURE = "departure";

    /** Docker's order: priority, then whoever leads out in more families, then the name. */
    private static final Comparator<Endpoint> AS_GATEWAY = Comparator.comparingInt(
                    (Endpoint endpoint) -> endpoint.asked().gwPriority())
            .thenComparingInt(Membership::gateways)
            .reversed()
            .thenComparing(Endpoint::network);

    Membership {
        hostname = Objects.requireNonNullElse(hostname, "");
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
        exposed = List.copyOf(exposed);
    }

    private static int gateways(Endpoint endpoint) {
        return (endpoint.gateway().isEmpty() ? 0 : 1) + (endpoint.gateway6().isEmpty() ? 0 : 1);
    }

    /** Of its record: a container may be back before the last of its former membership is gone. */
    String key() {
        return sandboxId;
    }

    boolean ownsNamespace() {
        return !netns.isEmpty();
    }

    boolean hasLinks() {
        return endpoints.stream().anyMatch(Endpoint::isWired);
    }

    Optional<Endpoint> in(String networkId) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.networkId().equals(networkId))
                .findFirst();
    }

    /** The endpoint through which it reaches all other networks in this family, and by which its ports are reached. */
    Optional<Endpoint> gateway(Family family) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.gateway(family).isPresent())
                .min(AS_GATEWAY);
    }

    /** The endpoints, the one that would be the gateway first. */
    List<Endpoint> inOrder() {
        return endpoints.stream().sorted(AS_GATEWAY).toList();
    }

    /** Whether any of its networks leads out. */
    boolean leadsOut() {
        return gateway(Family.V4).isPresent() || gateway(Family.V6).isPresent();
    }

    /** Whether ports of the host can lead to it: a network at another link of the host is reached by its own neighbours. */
    boolean publishes() {
        return Stream.of(gateway(Family.V4), gateway(Family.V6))
                .flatMap(Optional::stream)
                .anyMatch(Endpoint::isPortOfBridge);
    }

    /** What it is called in the network of an endpoint, if names count there. */
    List<String> dnsNames(Endpoint endpoint) {
        return endpoint.asked().dnsNames(name, containerId, hostname);
    }

    Membership named(String other) {
        return new Membership(containerId, other, hostname, sandboxId, netns, sharedWith, endpoints, ports, exposed);
    }

    Membership publishing(List<PublishedPort> published, List<String> shown) {
        return new Membership(containerId, name, hostname, sandboxId, netns, sharedWith, endpoints, published, shown);
    }

    Membership with(Endpoint more) {
        List<Endpoint> all = new ArrayList<>(endpoints);
        all.add(more);
        return with(all);
    }

    Membership without(Endpoint gone) {
        return with(endpoints.stream()
                .filter(endpoint -> !endpoint.id().equals(gone.id()))
                .toList());
    }

    /** With another in the place of the endpoint of its id. */
    Membership replacing(Endpoint other) {
        return with(endpoints.stream()
                .map(endpoint -> endpoint.id().equals(other.id()) ? other : endpoint)
                .toList());
    }

    /** What is to be said of an endpoint that the container is to have no more, under a key of its own. */
    Membership departing(Endpoint gone) {
        List<Endpoint> alone = List.of(gone.asLeaving());
        return new Membership(containerId, name, hostname, Ids.random(), netns, "", alone, List.of(), List.of());
    }

    /** What is to be said of all that it had, once its own namespace is given up: another may be at that path by then. */
    Membership departing() {
        List<Endpoint> gone = endpoints.stream().map(Endpoint::asLeaving).toList();
        return new Membership(containerId, name, hostname, sandboxId, "", sharedWith, gone, List.of(), List.of());
    }

    private Membership with(List<Endpoint> others) {
        return new Membership(containerId, name, hostname, sandboxId, netns, sharedWith, others, ports, exposed);
    }

    String kind() {
        return endpoints.stream().anyMatch(Endpoint::leaving) ? DEPARTURE : KIND;
    }

    KernelObject record() {
        return new KernelObject(kind(), key(), containerId, Json.write(this));
    }
}
