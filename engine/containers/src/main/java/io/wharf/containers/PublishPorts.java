package io.wharf.containers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService.JoinNetworks;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the published ports of a container: of one that runs at once, without touching its process or the connections
 * through ports that stay; of any other from its next start on.
 */
final class PublishPorts {
    private static final Logger LOG = LoggerFactory.getLogger(PublishPorts.class);

    private final Room room;

    PublishPorts(Room room) {
        this.room = room;
    }

    /** What is published then; what is asked for where the container does not run. */
    Future<Map<String, List<PortBinding>>> run(Container container, Map<String, List<PortBinding>> asked) {
        return room.lanes().run(container.id(), () -> {
            ConnectNetwork.refuseIfRemoved(container);
            Definition next = container.definition().with(withPorts(container.host(), asked));
            JoinNetworks joined = next.join(container.id(), container.name());
            return room.networks().check(joined).compose(checked -> change(container, next, joined));
        });
    }

    private Future<Map<String, List<PortBinding>>> change(Container container, Definition next, JoinNetworks joined) {
        Sandbox before = container.sandbox();
        if (before == null) {
            return room.table()
                    .redefine(container, next.host(), "update")
                    .map(kept -> next.host().portBindings());
        }
        JoinNetworks former = container.definition().join(container.id(), container.name());
        return room.networks()
                .publish(joined)
                .compose(after -> room.table()
                        .republish(container, next, after)
                        .recover(failure -> room.networks()
                                .publish(former)
                                .onFailure(second ->
                                        LOG.warn("Ports of {} stay changed: {}", container.id(), second.toString()))
                                .transform(undone -> Future.failedFuture(failure)))
                        .map(kept -> after.ports()));
    }

    private static HostConfig withPorts(HostConfig host, Map<String, List<PortBinding>> ports) {
        ObjectNode tree = Json.MAPPER.valueToTree(host);
        tree.set("PortBindings", Json.MAPPER.valueToTree(ports));
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }
}
