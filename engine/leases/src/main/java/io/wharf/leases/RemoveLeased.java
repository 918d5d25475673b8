package io.wharf.leases;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.ListContainers;
import io.wharf.contracts.ContainerService.RemoveOptions;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ImageSummary;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeService;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Removes all that carries a set of labels: containers first, running ones too and with their anonymous volumes, then
 * networks, volumes and images, for each needs the ones before it to be gone.
 *
 * <p>What others use stays, for to remove it would touch what carries no label.
 */
final class RemoveLeased {
    private static final int AT_A_TIME = 8;

    private final ContainerService containers;
    private final NetworkService networks;
    private final VolumeService volumes;
    private final ImageService images;

    /**
     * What one look found.
     *
     * @param found how many there were
     * @param failures what could not be removed, and why
     */
    record Outcome(int found, List<String> failures) {}

    RemoveLeased(Vertx vertx) {
        this(
                Services.client(vertx, ContainerService.class),
                Services.client(vertx, NetworkService.class),
                Services.client(vertx, VolumeService.class),
                Services.client(vertx, ImageService.class));
    }

    private RemoveLeased(
            ContainerService containers, NetworkService networks, VolumeService volumes, ImageService images) {
        this.containers = containers;
        this.networks = networks;
        this.volumes = volumes;
        this.images = images;
    }

    /** Looks once, for each set of labels, and removes what is there. */
    Future<Outcome> run(List<Map<String, String>> sets) {
        Set<String> found = new LinkedHashSet<>();
        List<String> failures = new ArrayList<>();
        RemoveOptions whole = new RemoveOptions(true, true, false);
        return each(sets, found, failures, "container", this::containers, id -> containers.remove(id, whole))
                .compose(done -> each(sets, found, failures, "network", this::networks, networks::remove))
                .compose(done ->
                        each(sets, found, failures, "volume", this::volumes, name -> volumes.remove(name, false)))
                .compose(done ->
                        each(sets, found, failures, "image", this::images, name -> images.remove(name, false, false)))
                .map(done -> new Outcome(found.size(), List.copyOf(failures)));
    }

    private Future<Void> each(
            List<Map<String, String>> sets,
            Set<String> found,
            List<String> failures,
            String kind,
            Function<Filters, Future<List<String>>> list,
            Function<String, Future<?>> remove) {
        return Future.join(sets.stream().map(set -> list.apply(filter(set))).toList())
                .compose(listed -> {
                    Set<String> names = new LinkedHashSet<>();
                    for (List<String> some : listed.<List<String>>list()) {
                        names.addAll(some);
                    }
                    names.forEach(name -> found.add(kind + " " + name));
                    return removeFrom(List.copyOf(names), 0, kind, failures, remove);
                });
    }

    /** A few at a time: a lease may have hundreds. */
    private static Future<Void> removeFrom(
            List<String> names, int from, String kind, List<String> failures, Function<String, Future<?>> remove) {
        if (from >= names.size()) {
            return Future.succeededFuture();
        }
        List<Future<?>> some = new ArrayList<>();
        for (String name : names.subList(from, Math.min(names.size(), from + AT_A_TIME))) {
            some.add(remove.apply(name).<Void>transform((done, failure) -> {
                if (failure != null && WharfException.of(failure).kind() != ErrorKind.NOT_FOUND) {
                    failures.add(kind + " " + name + ": " + failure.getMessage());
                }
                return Future.succeededFuture();
            }));
        }
        return Future.join(some).compose(done -> removeFrom(names, from + AT_A_TIME, kind, failures, remove));
    }

    private static Filters filter(Map<String, String> labels) {
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("no label would be everything");
        }
        return new Filters(Map.of(
                "label",
                labels.entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .toList()));
    }

    private Future<List<String>> containers(Filters labels) {
        return containers
                .list(new ListContainers(true, 0, false, labels))
                .map(all -> all.stream().map(each -> each.id()).toList());
    }

    private Future<List<String>> networks(Filters labels) {
        return networks.list(labels)
                .map(all -> all.stream().map(each -> each.id()).toList());
    }

    private Future<List<String>> volumes(Filters labels) {
        return volumes.list(labels)
                .map(all -> all.volumes().stream().map(each -> each.name()).toList());
    }

    /** By each of its names: with the last one the image goes. */
    private Future<List<String>> images(Filters labels) {
        return images.list(new ListImages(true, false, false, labels))
                .map(all -> all.stream().flatMap(each -> names(each).stream()).toList());
    }

    private static List<String> names(ImageSummary image) {
        List<String> tags =
                image.repoTags().stream().filter(tag -> !tag.contains("<none>")).toList();
        return tags.isEmpty() ? List.of(image.id()) : tags;
    }
}
