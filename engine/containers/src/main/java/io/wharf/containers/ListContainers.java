package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Times;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerSummary;
import io.wharf.contracts.Filters;
import io.wharf.contracts.HealthStatus;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.LayerSizes;
import io.wharf.oci.Command;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers {@code docker ps} from committed state; newest first. Never waits for a lane. */
final class ListContainers {
    private final Containers containers;
    private final ImageService images;

    ListContainers(Containers containers, ImageService images) {
        this.containers = containers;
        this.images = images;
    }

    Future<List<ContainerSummary>> run(ContainerService.ListContainers query) {
        return ancestors(query.filters()).compose(ancestors -> {
            ContainerFilter filter = new ContainerFilter(query.filters(), ancestors, containers);
            List<Container> shown = choose(query, filter);
            return query.size() ? withSizes(shown) : Future.succeededFuture(rows(shown, List.of()));
        });
    }

    private List<Container> choose(ContainerService.ListContainers query, ContainerFilter filter) {
        boolean all = query.all() || query.limit() > 0 || filter.wantsAllStates();
        List<Container> newestFirst = new ArrayList<>(containers.all());
        Collections.reverse(newestFirst);
        return newestFirst.stream()
                .filter(container -> all || container.status().countsAsRunning())
                .filter(filter::wants)
                .limit(query.limit() > 0 ? query.limit() : Long.MAX_VALUE)
                .toList();
    }

    /** Ids of the images that {@code ancestor} names; one that does not exist has no descendants. */
    private Future<Set<String>> ancestors(Filters filters) {
        List<Future<String>> asked = filters.get("ancestor").stream()
                .map(name ->
                        images.inspect(name).map(ImageService.ImageDetail::id).otherwise(""))
                .toList();
        return Future.all(asked).map(all -> asked.stream().map(Future::result).collect(Collectors.toSet()));
    }

    private Future<List<ContainerSummary>> withSizes(List<Container> shown) {
        List<Future<LayerSizes>> sizes = shown.stream()
                // Gone meanwhile: a size of nothing, not an error for the whole list.
                .map(container -> images.layerSizes(container.id()).otherwise(new LayerSizes(0, 0)))
                .toList();
        return Future.all(sizes)
                .map(all -> rows(shown, sizes.stream().map(Future::result).toList()));
    }

    private List<ContainerSummary> rows(List<Container> shown, List<LayerSizes> sizes) {
        long now = Times.nowNanos();
        Map<String, List<String>> linkNames = new Links(containers).names();
        List<ContainerSummary> rows = new ArrayList<>(shown.size());
        for (int i = 0; i < shown.size(); i++) {
            rows.add(row(shown.get(i), sizes.isEmpty() ? null : sizes.get(i), now, names(shown.get(i), linkNames)));
        }
        return rows;
    }

    /** Its own, and those that links give it. */
    private static List<String> names(Container container, Map<String, List<String>> linkNames) {
        List<String> names = new ArrayList<>(linkNames.getOrDefault(container.id(), List.of()));
        names.add("/" + container.name());
        return names;
    }

    private static ContainerSummary row(Container container, @Nullable LayerSizes sizes, long now, List<String> names) {
        Definition definition = container.definition();
        HealthStatus health = Health.shownStatus(container);
        return new ContainerSummary(
                container.id(),
                names,
                container.config().image(),
                definition.imageId(),
                command(definition.command()),
                TimeUnit.NANOSECONDS.toSeconds(definition.createdNanos()),
                NetworkView.ports(container),
                sizes == null || sizes.writable() == 0 ? null : sizes.writable(),
                sizes == null ? null : sizes.root(),
                container.config().labels(),
                container.status().word(),
                StatusText.of(container.state(), health, now),
                new ContainerSummary.HealthPart(
                        health.word(),
                        health == HealthStatus.NONE ? 0 : Health.of(container).failingStreak()),
                new ContainerSummary.HostPart(
                        container.host().networkMode(), container.host().annotations()),
                new ContainerSummary.NetworkPart(NetworkView.endpoints(container)),
                definition.mounts().mountPoints());
    }

    private static String command(Command command) {
        StringBuilder shown = new StringBuilder(command.path());
        // As Docker: quoted, but not escaped.
        command.args().forEach(arg -> shown.append(' ').append(arg.indexOf(' ') < 0 ? arg : "'" + arg + "'"));
        return shown.toString();
    }
}
