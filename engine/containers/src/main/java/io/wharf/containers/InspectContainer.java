package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Layout;
import io.wharf.base.Times;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.ContainerDetail.GraphDriver;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.LayerSizes;
import io.wharf.oci.AppArmor;
import io.wharf.oci.HostFacts;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers {@code docker inspect} from committed state. Never waits for a lane. */
final class InspectContainer {
    private final Containers containers;
    private final Layout layout;
    private final ImageService images;
    private final Function<String, List<String>> execsOf;
    private final HostFacts facts;

    /**
     * An inspection.
     *
     * @param execsOf ids of the execs of a container
     */
    InspectContainer(
            Containers containers,
            Layout layout,
            ImageService images,
            Function<String, List<String>> execsOf,
            HostFacts facts) {
        this.containers = containers;
        this.layout = layout;
        this.images = images;
        this.execsOf = execsOf;
        this.facts = facts;
    }

    Future<ContainerDetail> run(String ref, boolean size) {
        Container container = containers.get(ref);
        Future<@Nullable LayerSizes> sizes =
                size ? images.layerSizes(container.id()).map(known -> known) : Future.succeededFuture(null);
        // Of one that is being removed there may be no layer any more.
        Future<GraphDriver> root = images.describeRoot(container.id())
                .otherwise(new GraphDriver(null, container.definition().driver()));
        return Future.all(sizes, root).map(both -> detail(container, sizes.result(), root.result()));
    }

    private ContainerDetail detail(Container container, @Nullable LayerSizes sizes, GraphDriver root) {
        Definition definition = container.definition();
        Path folder = layout.container(container.id());
        List<String> execs = execsOf.apply(container.id());
        boolean ran = container.state().startedNanos() != 0;
        return new ContainerDetail(
                container.id(),
                Times.rfc3339Nano(definition.createdNanos()),
                definition.command().path(),
                definition.command().args(),
                state(container),
                definition.imageId(),
                ran ? folder.resolve("resolv.conf").toString() : "",
                ran ? folder.resolve("hostname").toString() : "",
                ran ? folder.resolve("hosts").toString() : "",
                ran ? LogsOfContainer.path(container, layout) : "",
                "/" + container.name(),
                container.state().restartCount(),
                definition.driver(),
                "linux",
                "",
                "",
                AppArmor.profile(container.host(), facts),
                execs.isEmpty() ? null : execs,
                new Links(containers).shown(container),
                root,
                sizes == null ? null : sizes.writable(),
                sizes == null ? null : sizes.root(),
                definition.mounts().mountPoints(),
                NetworkView.config(container),
                NetworkView.settings(container));
    }

    static ContainerDetail.State state(Container container) {
        State state = container.state();
        Status status = state.status();
        return new ContainerDetail.State(
                status.word(),
                status.countsAsRunning(),
                status == Status.PAUSED,
                status == Status.RESTARTING,
                state.oomKilled(),
                status == Status.DEAD,
                state.pid(),
                state.exitCode(),
                state.error(),
                time(state.startedNanos()),
                time(state.finishedNanos()),
                Health.shown(container));
    }

    private static String time(long nanos) {
        return nanos == 0 ? Times.ZERO : Times.rfc3339Nano(nanos);
    }
}
