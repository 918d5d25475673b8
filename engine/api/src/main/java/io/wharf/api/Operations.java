package io.wharf.api;

import io.vertx.core.Vertx;
import io.wharf.contracts.BuildService;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.EventService;
import io.wharf.contracts.EventSinkService;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.FilesService;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LeaseService;
import io.wharf.contracts.MetricsService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.Services;
import io.wharf.contracts.StatsService;
import io.wharf.contracts.SystemService;
import io.wharf.contracts.VolumeCopyService;
import io.wharf.contracts.VolumeService;
import io.wharf.streams.HandleTable;

/** All groups of operations, wired to the callers' side of the services. */
final class Operations {
    private Operations() {}

    static Handlers all(Vertx vertx, HandleTable handles) {
        ContainerService containers = Services.client(vertx, ContainerService.class);
        ImageService images = Services.client(vertx, ImageService.class);
        Handlers handlers = new Handlers();
        new SystemOperations(Services.client(vertx, SystemService.class), images).register(handlers);
        new ContractOperations(vertx).register(handlers);
        EventService events = Services.client(vertx, EventService.class);
        new EventOperations(events, handles).register(handlers);
        new EventStreamOperations(events, handles).register(handlers);
        new EventSinkOperations(Services.client(vertx, EventSinkService.class)).register(handlers);
        new LeaseOperations(Services.client(vertx, LeaseService.class), handles).register(handlers);
        new ContainerOperations(containers).register(handlers);
        new ContainerLifecycleOperations(containers).register(handlers);
        new ContainerStreamOperations(containers, handles).register(handlers);
        new StatsOperations(Services.client(vertx, StatsService.class), handles).register(handlers);
        new MetricsOperations(Services.client(vertx, MetricsService.class)).register(handlers);
        new ExecOperations(Services.client(vertx, ExecService.class), handles).register(handlers);
        new ArchiveOperations(Services.client(vertx, FilesService.class), handles).register(handlers);
        new ImageOperations(images, containers, handles).register(handlers);
        new ImageSpaceOperations(images).register(handlers);
        new ImageTransferOperations(images, handles).register(handlers);
        new NetworkOperations(Services.client(vertx, NetworkService.class)).register(handlers);
        new EndpointOperations(containers).register(handlers);
        new BuildOperations(Services.client(vertx, BuildService.class)).register(handlers);
        new ClusterOperations().register(handlers);
        new PluginOperations().register(handlers);
        new VolumeOperations(Services.client(vertx, VolumeService.class)).register(handlers);
        new VolumeCopyOperations(Services.client(vertx, VolumeCopyService.class), containers, handles)
                .register(handlers);
        return handlers;
    }
}
