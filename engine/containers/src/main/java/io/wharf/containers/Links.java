package io.wharf.containers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerDetail.EndpointSettings;
import io.wharf.contracts.HostConfig;
import io.wharf.oci.EtcFiles;
import io.wharf.oci.Link;
import io.wharf.oci.LinkEnvironment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links on the default bridge: a container knows others by an alias, in its hosts file and its environment.
 *
 * <p>The definition holds {@code id:alias}; what clients see is {@code /target:/self/alias}, and {@code self/alias} is a
 * name of the target.
 */
final class Links {
    private static final Logger LOG = LoggerFactory.getLogger(Links.class);
    private static final String BRIDGE = "bridge";

    private final Containers containers;

    Links(Containers containers) {
        this.containers = containers;
    }

    /**
     * What a start takes from the links.
     *
     * @param hosts lines for the hosts file
     * @param environment variables, before the container's own
     */
    record Linked(List<String> hosts, List<String> environment) {
        static final Linked NONE = new Linked(List.of(), List.of());
    }

    /** What tells a container anything: elsewhere than on the default bridge there are no addresses to tell. */
    private static List<String> linksOf(Container container) {
        return container.definition().network().equals(BRIDGE)
                ? container.host().links()
                : List.of();
    }

    /** What inspect and names show: all but in a user's network, whose links belong to its endpoint. */
    static List<String> shownOf(Container container) {
        return isUsers(container.host().networkMode())
                ? List.of()
                : container.host().links();
    }

    /** Whether a network mode names a network that somebody made; there a link's target need not be there. */
    static boolean isUsers(String mode) {
        return switch (mode) {
            case "", "default", BRIDGE, "none", "host" -> false;
            default -> !mode.startsWith("container:");
        };
    }

    /** Looks at the linked containers, all of which must run. */
    Linked of(Container container) {
        if (linksOf(container).isEmpty()) {
            return Linked.NONE;
        }
        List<String> hosts = new ArrayList<>();
        List<String> environment = new ArrayList<>();
        for (String text : linksOf(container)) {
            Link link = Link.parse(text);
            String shown = "/" + container.name() + "/" + link.alias();
            Container target = containers
                    .find(link.target())
                    .filter(found -> found.status().hasProcess())
                    .orElseThrow(() -> WharfException.internal("Cannot link to a non running container: "
                            + containers
                                    .find(link.target())
                                    .map(Container::name)
                                    .map("/"::concat)
                                    .orElse(link.target())
                            + " AS " + shown));
            EndpointSettings endpoint = endpoint(target)
                    .orElseThrow(() -> WharfException.internal(
                            "Cannot link to /" + target.name() + ", as it does not belong to the default network"));
            String names = link.alias() + " " + target.config().hostname()
                    + (link.alias().equals(target.name()) ? "" : " " + target.name());
            hosts.add(endpoint.ipAddress() + "\t" + names);
            if (!endpoint.globalIpv6Address().isEmpty()) {
                hosts.add(endpoint.globalIpv6Address() + "\t" + names);
            }
            environment.addAll(LinkEnvironment.of(shown, link.alias(), endpoint.ipAddress(), target.config()));
        }
        return new Linked(hosts, environment);
    }

    /** Its config with the variables of its links, as far as they can be told; for further processes in it. */
    ContainerConfig environed(Container container) {
        try {
            return with(container.config(), of(container));
        } catch (WharfException e) {
            // A linked container has stopped meanwhile: the process goes without its address.
            LOG.debug("links of {}: {}", container.id(), e.getMessage());
            return container.config();
        }
    }

    static ContainerConfig with(ContainerConfig config, Linked linked) {
        if (linked.environment().isEmpty()) {
            return config;
        }
        List<String> all = new ArrayList<>(linked.environment());
        all.addAll(config.env());
        ObjectNode tree = Json.MAPPER.valueToTree(config);
        tree.set("Env", Json.MAPPER.valueToTree(all));
        return Json.MAPPER.convertValue(tree, ContainerConfig.class);
    }

    /** After a start: who is linked to it and runs learns its new address. */
    Future<Void> readdress(Room room, Container started) {
        Optional<EndpointSettings> endpoint = endpoint(started);
        if (endpoint.isEmpty()) {
            return Future.succeededFuture();
        }
        List<Future<Void>> changes = new ArrayList<>();
        for (Container other : containers.all()) {
            if (other.status().hasProcess()) {
                for (String text : linksOf(other)) {
                    Link link = Link.parse(text);
                    if (link.target().equals(started.id())) {
                        changes.add(room.pools()
                                .run(() -> EtcFiles.in(room.layout().container(other.id()))
                                        .readdress(link.alias(), endpoint.get().ipAddress())));
                    }
                }
            }
        }
        return Future.join(changes).mapEmpty();
    }

    private static Optional<EndpointSettings> endpoint(Container container) {
        var sandbox = container.sandbox();
        return sandbox == null
                ? Optional.empty()
                : Optional.ofNullable(sandbox.endpoints().get(BRIDGE))
                        .filter(endpoint -> !endpoint.ipAddress().isEmpty());
    }

    /** The host configuration as inspect shows it. */
    HostConfig shown(Container container) {
        if (container.host().links().isEmpty()) {
            return container.host();
        }
        List<String> links = new ArrayList<>();
        for (String text : shownOf(container)) {
            Link link = Link.parse(text);
            containers
                    .find(link.target())
                    .ifPresent(target -> links.add("/" + target.name() + ":/" + container.name() + "/" + link.alias()));
        }
        ObjectNode tree = Json.MAPPER.valueToTree(container.host());
        tree.set("Links", Json.MAPPER.valueToTree(links));
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }

    /** The names that links give to others, by id. */
    Map<String, List<String>> names() {
        Map<String, List<String>> names = new HashMap<>();
        for (Container container : containers.all()) {
            for (String text : shownOf(container)) {
                Link link = Link.parse(text);
                names.computeIfAbsent(link.target(), id -> new ArrayList<>())
                        .add("/" + container.name() + "/" + link.alias());
            }
        }
        return names;
    }

    /** Takes the link of a name {@code self/alias} away; the containers stay. */
    Future<Void> remove(Room room, String ref) {
        String name = ref.startsWith("/") ? ref.substring(1) : ref;
        int slash = name.indexOf('/');
        if (slash < 0) {
            containers.get(ref);
            throw WharfException.conflict("Conflict, cannot remove the default link name of the container");
        }
        Container container = containers
                .find(name.substring(0, slash))
                .orElseThrow(() -> WharfException.internal(
                        "Cannot get parent /" + name.substring(0, slash) + " for link name /" + name));
        String alias = name.substring(slash + 1);
        return room.lanes().run(container.id(), () -> {
            List<String> kept = shownOf(container).stream()
                    .filter(link -> !Link.parse(link).alias().equals(alias))
                    .toList();
            if (kept.size() == shownOf(container).size()) {
                throw WharfException.notFound("No such container: " + ref);
            }
            ObjectNode tree = Json.MAPPER.valueToTree(container.host());
            tree.set("Links", Json.MAPPER.valueToTree(kept));
            return room.table().redefine(container, Json.MAPPER.convertValue(tree, HostConfig.class), "");
        });
    }
}
