package io.wharf.containers;

import io.netty.channel.IoEventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.KernelLedger;
import io.wharf.base.Lanes;
import io.wharf.base.Layout;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.LogService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.CgroupMigration;
import io.wharf.linux.Cgroups;
import io.wharf.linux.Pools;
import io.wharf.linux.Processes;
import io.wharf.oci.Bundle;
import io.wharf.oci.CgroupPaths;
import io.wharf.oci.HostFacts;
import io.wharf.oci.Runtimes;
import io.wharf.streams.HandleTable;

/**
 * What all verbs of this verticle work with. Everything is confined to the context but where its own type says otherwise.
 *
 * @param streams hears of each run's begin and end
 */
record Room(
        Vertx vertx,
        Context context,
        IoEventLoop loop,
        EngineOptions options,
        ContainerTable table,
        KernelLedger ledger,
        HandleTable handles,
        Pools pools,
        Processes processes,
        Cgroups cgroups,
        ImageService images,
        NetworkService networks,
        VolumeService volumes,
        LogService logs,
        Containers containers,
        Lanes lanes,
        HostSide host,
        RunListener streams) {
    /**
     * What was found out about this host at the start.
     *
     * @param adjustable runtimes, whose probe is over before the first container is made or recovered, and defaults
     * @param conmon the monitor's program, or empty
     * @param gateway what {@code host-gateway} stands for: addresses between commas, or empty
     * @param storageDriver of the containers' roots
     * @param migration what a runtime will wait for
     */
    record HostSide(
            HostFacts facts,
            CgroupPaths cgroupPaths,
            Adjustable adjustable,
            Bundle bundle,
            String conmon,
            String gateway,
            String storageDriver,
            CgroupMigration migration) {

        Future<Runtimes> found() {
            return adjustable.found();
        }

        Runtimes runtimes() {
            return adjustable.runtimes();
        }
    }

    /** A process will soon be started in a container: what its runtime would wait for is waited for now. */
    void expectProcess() {
        host.migration().beginOn(pools);
    }

    Layout layout() {
        return options.layout();
    }

    MonitorFiles files(Container container) {
        return container.files(layout());
    }
}
