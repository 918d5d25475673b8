package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.ConnectNetwork;
import io.wharf.contracts.ContainerService.PublishPorts;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkingConfig.EndpointConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Containers into networks and out of them, and their published ports. They are the containers' to change, so it is there that this leads. */
final class EndpointOperations {
    private final ContainerService containers;

    EndpointOperations(ContainerService containers) {
        this.containers = containers;
    }

    void register(Handlers handlers) {
        handlers.on("NetworkConnect", this::connect)
                .on("NetworkDisconnect", this::disconnect)
                .on("WharfContainerPorts", this::publish);
    }

    private record NetworkConnect(
            @Nullable String container, @Nullable EndpointConfig endpointConfig) {}

    private record NetworkDisconnect(@Nullable String container, boolean force) {}

    private Future<Reply> connect(Call call) {
        NetworkConnect body = ReadBody.read(call, NetworkConnect.class, "ConnectRequest");
        EndpointConfig asked = body.endpointConfig() == null ? EndpointConfig.NOTHING_ASKED : body.endpointConfig();
        return containers
                .connectNetwork(new ConnectNetwork(call.path("id"), named(body.container()), asked))
                .map(done -> Reply.Empty.OK);
    }

    private Future<Reply> disconnect(Call call) {
        NetworkDisconnect body = ReadBody.read(call, NetworkDisconnect.class, "DisconnectRequest");
        return containers
                .disconnectNetwork(call.path("id"), named(body.container()), body.force())
                .map(done -> Reply.Empty.OK);
    }

    /** The whole body: ports of the host by port of the container. */
    @SuppressWarnings("serial")
    private static final class Ports extends LinkedHashMap<String, List<PortBinding>> {}

    private Future<Reply> publish(Call call) {
        return containers
                .publish(new PublishPorts(call.path("id"), ReadBody.read(call, Ports.class, "PortBindings")))
                .map(ports -> new Reply.Json(200, Map.of("Ports", ports)));
    }

    private static String named(@Nullable String container) {
        if (container == null || container.isEmpty()) {
            throw WharfException.invalid("invalid container name or ID: value is empty");
        }
        return container;
    }
}
