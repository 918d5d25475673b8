package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.FailurePoint;
import io.wharf.base.Ids;
import io.wharf.base.Times;
import io.wharf.base.Undo;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.CreateContainer;
import io.wharf.contracts.ContainerService.Created;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.ImageService.ImageForContainer;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.oci.CheckCreate;
import io.wharf.oci.MountPlan;
import io.wharf.oci.Trees;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

/** Creates a container, all or nothing: name, layer, volumes, folder, record. */
final class MakeContainer {

    private final Room room;
    private final VolumeUses volumes;

    MakeContainer(Room room, VolumeUses volumes) {
        this.room = room;
        this.volumes = volumes;
    }

    /** A request, checked and completed. */
    private record Plan(CheckCreate.Checked checked, MountPlan mounts) {}

    Future<Created> run(CreateContainer asking) {
        CreateContainer request = new OtherContainers(room.containers()).byId(asking);
        String wanted = request.name();
        String asked = wanted == null || wanted.isEmpty() ? "" : ContainerNames.checked(wanted);
        String image = request.config().image();
        if (image == null || image.isEmpty()) {
            throw WharfException.invalid("invalid reference format");
        }
        // Whoever creates mostly starts at once.
        room.expectProcess();
        String id = Ids.random();
        StepTimes times = new StepTimes("create");
        return Future.all(
                        room.images().resolve(image, request.platform()),
                        room.host().found(),
                        room.logs().check(request.hostConfig().logConfig()))
                .compose(ready -> {
                    times.step("image");
                    ImageForContainer from = ready.resultAt(0);
                    refuseForeign(from);
                    HostConfig.LogConfig log = ready.resultAt(2);
                    String name = asked.isEmpty() ? ContainerNames.free(room.containers()::isTaken) : asked;
                    room.containers().reserve(name, id);
                    Undo undo = new Undo();
                    undo.push("name " + name, () -> {
                        room.containers().release(name, id);
                        return Future.succeededFuture();
                    });
                    return undo.guard(plan(id, request, from, log).compose(plan -> {
                        times.step("check");
                        return build(id, name, request, from, plan, undo, times);
                    }));
                });
    }

    private static void refuseForeign(ImageForContainer image) {
        if (!image.os().isEmpty() && !image.os().equals("linux")) {
            throw WharfException.invalid(
                    "cannot run an image for " + image.os() + " on linux: operating system is not supported");
        }
    }

    /** Checks in Docker's words; on a thread that may block, for sources of mounts are looked at. */
    private Future<Plan> plan(String id, CreateContainer request, ImageForContainer image, HostConfig.LogConfig log) {
        Map<String, MountPlan> others = new HashMap<>();
        for (String from : request.hostConfig().volumesFrom()) {
            String ref = from.split(":", 2)[0];
            room.containers()
                    .find(ref)
                    .ifPresent(other -> others.put(ref, other.definition().mounts()));
        }
        return room.pools().call(() -> {
            CheckCreate.Checked checked = new CheckCreate(
                            room.host().facts(),
                            room.host().cgroupPaths(),
                            room.host().runtimes(),
                            room.host().adjustable().defaults())
                    .check(id, request, image.config(), log);
            PlanHealth.check(checked.config());
            MountPlan mounts = MountPlan.of(checked.config(), checked.host(), ref -> {
                MountPlan plan = others.get(ref);
                if (plan == null) {
                    throw WharfException.invalid("No such container: " + ref);
                }
                return plan;
            });
            MountPlan reaching = request.readOnlyTopOnly() ? mounts.readOnlyTopOnly() : mounts;
            return new Plan(checked, reaching.besides(room.layout().dataRoot()));
        });
    }

    private Future<Created> build(
            String id,
            String name,
            CreateContainer request,
            ImageForContainer image,
            Plan plan,
            Undo undo,
            StepTimes times) {
        CheckCreate.Checked checked = plan.checked();
        HostConfig host = checked.host();
        Future<NetworkingConfig> network =
                room.networks().check(Definition.join(id, name, checked.config(), host, request.networking(), false));
        undo.push("layer of " + id, () -> room.images().removeLayer(id));
        Future<Void> layer = room.images().createLayer(id, image.id(), host.storageOpt());
        Future<MountPlan> mounts =
                volumes.take(id, plan.mounts(), undo).compose(taken -> new ImageMounts(room).take(id, taken, undo));
        undo.push(
                "folder of " + id,
                () -> room.pools().run(() -> Trees.delete(room.layout().container(id))));
        Future<Void> folder = room.pools().run(() -> {
            Files.createDirectories(room.layout().containers());
            Files.createDirectory(
                    room.layout().container(id),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x---")));
        });
        return Future.join(network, layer, mounts, folder).compose(made -> {
            times.step("make");
            FailurePoint.reach("create made");
            Container container = new Container(
                    id,
                    name,
                    definition(id, image.id(), network.result(), checked, mounts.result()),
                    State.NEW,
                    null,
                    false);
            return room.table().insert(container).compose(committed -> {
                room.containers().add(container);
                times.step("commit");
                times.done(id);
                return volumes.keep(mounts.result(), id).map(new Created(id, checked.warnings()));
            });
        });
    }

    private Definition definition(
            String id, Digest image, NetworkingConfig networks, CheckCreate.Checked checked, MountPlan mounts) {
        return new Definition(
                Times.nowNanos(),
                image.toString(),
                checked.config(),
                checked.host(),
                networks,
                checked.command(),
                mounts,
                room.host().storageDriver(),
                room.host().cgroupPaths().of(id, checked.host().cgroupParent()),
                false);
    }
}
