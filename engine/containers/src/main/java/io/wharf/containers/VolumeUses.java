package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.KernelObject;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.VolumeService.CreateVolume;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.oci.MountPlan;
import io.wharf.oci.MountTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A container's hold on its volumes, from its creation to its removal.
 *
 * <p>The ledger has a record while volumes are made for a container that is not there yet, and while its anonymous ones
 * are to go with it: a crash in between leaves none behind, and takes none along that was to stay.
 */
final class VolumeUses {
    static final String KIND = "volumes";

    /** The label by which Docker marks volumes that were made without a name. */
    private static final String ANONYMOUS = "com.docker.volume.anonymous";

    private final Room room;

    VolumeUses(Room room) {
        this.room = room;
    }

    /** Creates the volumes that are not there and counts the container among the users of all. */
    Future<MountPlan> take(String id, MountPlan mounts, Undo undo) {
        Map<String, CreateVolume> requests = mounts.volumesToCreate();
        if (requests.isEmpty()) {
            return Future.succeededFuture(mounts);
        }
        List<String> anonymous = new ArrayList<>();
        requests.replaceAll((destination, request) -> {
            if (!request.name().isEmpty()) {
                return request;
            }
            CreateVolume named = anonymous(request);
            anonymous.add(named.name());
            return named;
        });
        undo.push("volumes of " + id, () -> release(id, anonymous, true));
        return record(id, anonymous).compose(recorded -> {
            Map<String, Future<VolumeDetail>> made = new LinkedHashMap<>();
            requests.forEach((destination, request) -> made.put(
                    destination,
                    room.volumes()
                            .create(request)
                            .compose(volume -> room.volumes().use(volume.name(), id))));
            List<Future<?>> all = new ArrayList<>(made.values());
            return Future.join(all).map(done -> {
                Map<String, VolumeDetail> volumes = new HashMap<>();
                made.forEach((destination, volume) -> volumes.put(destination, volume.result()));
                return mounts.withVolumes(volumes);
            });
        });
    }

    /** The container stands: its volumes are its own affair now. A record that stays is struck at the next start. */
    Future<Void> keep(MountPlan mounts, String id) {
        return mounts.targets().stream().anyMatch(MountTarget::isVolume)
                ? room.ledger().strike(KIND, id).otherwiseEmpty()
                : Future.succeededFuture();
    }

    /** With a name of our choice, so that it can be written down before the volume is made. */
    private static CreateVolume anonymous(CreateVolume request) {
        Map<String, String> labels = new HashMap<>(request.labels());
        labels.put(ANONYMOUS, "");
        return new CreateVolume(Ids.random(), request.driver(), request.driverOpts(), labels);
    }

    /** Written before a removal that takes the anonymous volumes along. */
    Future<Void> record(String id) {
        return record(id, List.of());
    }

    private Future<Void> record(String id, List<String> making) {
        return room.ledger().record(new KernelObject(KIND, id, id, String.join(" ", making)));
    }

    /** Ends all uses by a container; its anonymous volumes that nobody else uses go, if wanted. */
    Future<Void> release(Container container, boolean remove) {
        List<String> names = container.definition().mounts().targets().stream()
                // One that somebody has asked for by its name is somebody's, also where it was made without one.
                .filter(target -> target.isVolume() && target.anonymous())
                .map(MountTarget::name)
                .toList();
        return release(container.id(), names, remove);
    }

    private Future<Void> release(String id, List<String> names, boolean remove) {
        if (!remove) {
            return room.volumes().release(id).compose(released -> room.ledger().strike(KIND, id));
        }
        // Written again with their names: a crash after the release would leave nobody who knows of them.
        return record(id, names)
                .compose(recorded -> room.volumes().release(id))
                .compose(unused -> Future.join(names.stream()
                        .distinct()
                        .map(name -> unused.contains(name) ? removeUnlessHeld(name) : removeIfAnonymous(name))
                        .toList()))
                .compose(removed -> room.ledger().strike(KIND, id));
    }

    /** Of volumes that this container is no user of, or no more: one that others use, or that has a name, stays. */
    private Future<Void> removeIfAnonymous(String name) {
        return room.volumes()
                .inspect(name)
                .compose(volume -> volume.labels() != null && volume.labels().containsKey(ANONYMOUS)
                        ? removeUnlessHeld(name)
                        : Future.succeededFuture())
                .recover(VolumeUses::unlessGone);
    }

    /** Not by force: one that others use, that is being copied or that has snapshots stays. */
    private Future<Void> removeUnlessHeld(String name) {
        return room.volumes().remove(name, false).recover(VolumeUses::unlessGone);
    }

    private static Future<Void> unlessGone(Throwable failure) {
        return switch (WharfException.of(failure).kind()) {
            case NOT_FOUND, CONFLICT -> Future.succeededFuture();
            default -> Future.failedFuture(failure);
        };
    }

    /** After a crash: volumes of containers that never were, or are no more. Those being removed are not for here. */
    Future<Void> recover() {
        return room.ledger()
                .ofKind(KIND)
                .compose(records -> Future.join(records.stream()
                        .map(record -> room.containers()
                                .find(record.key())
                                .map(container -> container.status() == Status.REMOVING
                                        ? Future.<Void>succeededFuture()
                                        : room.ledger().strike(KIND, record.key()))
                                .orElseGet(() -> unmake(record)))
                        .toList()))
                .mapEmpty();
    }

    private Future<Void> unmake(KernelObject record) {
        List<String> names = Arrays.stream(record.detail().split(" "))
                .filter(name -> !name.isEmpty())
                .toList();
        return release(record.key(), names, true);
    }

    /** Whether a removal that was cut off was to take them along. */
    Future<Boolean> areToGo(Container container) {
        return room.ledger()
                .ofKind(KIND)
                .map(records -> records.stream().anyMatch(record -> record.key().equals(container.id())));
    }
}
