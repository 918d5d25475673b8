package io.wharf.containers;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.CreateContainer;
import io.wharf.contracts.HostConfig;
import io.wharf.oci.Link;
import java.util.List;
import java.util.Optional;

/**
 * What a request says of other containers, by name, turned into their ids: a container whose namespaces are shared, or
 * to which is linked, may be renamed.
 */
final class OtherContainers {
    static final String MODE = "container:";
    private static final String NETWORK = "NetworkMode";
    private static final List<String> MODES = List.of(NETWORK, "PidMode", "IpcMode");

    private final Containers containers;

    OtherContainers(Containers containers) {
        this.containers = containers;
    }

    /** The request with ids; a network that names nobody is left, for its container may come before the start. */
    CreateContainer byId(CreateContainer request) {
        HostConfig host = request.hostConfig();
        boolean shares = host.networkMode().startsWith(MODE)
                || host.pidMode().startsWith(MODE)
                || host.ipcMode().startsWith(MODE);
        if (!shares && host.links().isEmpty()) {
            return request;
        }
        ObjectNode tree = Json.MAPPER.valueToTree(host);
        for (String mode : MODES) {
            String value = tree.path(mode).asText();
            if (value.startsWith(MODE)) {
                String ref = value.substring(MODE.length());
                Optional<Container> other = containers.find(ref);
                if (other.isEmpty() && !mode.equals(NETWORK)) {
                    throw WharfException.invalid("No such container: " + ref);
                }
                other.ifPresent(known -> tree.put(mode, MODE + known.id()));
            }
        }
        // With another's network links are refused by the checks that follow.
        if (!host.networkMode().startsWith(MODE) && !Links.isUsers(host.networkMode())) {
            ArrayNode links = tree.putArray("Links");
            host.links().forEach(link -> links.add(linked(Link.parse(link)).text()));
        }
        return new CreateContainer(
                request.name(),
                request.platform(),
                request.config(),
                Json.MAPPER.convertValue(tree, HostConfig.class),
                request.networking(),
                request.readOnlyTopOnly());
    }

    private Link linked(Link link) {
        Container target = target(link.target(), link.target());
        while (target.host().networkMode().startsWith(MODE)) {
            String owner = target.host().networkMode().substring(MODE.length());
            target = target(owner, owner);
        }
        if (target.host().networkMode().equals("host")) {
            throw WharfException.invalid(
                    "conflicting options: host type networking can't be used with links. This would"
                            + " result in undefined behavior");
        }
        return new Link(target.id(), link.alias());
    }

    private Container target(String ref, String shown) {
        return containers
                .find(ref)
                .orElseThrow(() ->
                        WharfException.invalid("could not get container for " + shown + ": No such container: " + ref));
    }
}
