package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.MountTable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What is mounted into a container, in the order of mounting: a target never stands before one above it.
 *
 * <p>Life: made by {@link #of} at the container's creation; {@link #volumesToCreate} are created, {@link #withVolumes}
 * fills in their names and folders; the result is kept with the container (it maps to JSON), and each start calls
 * {@link #prepareSources} and {@link #withFolders}.
 */
public record MountPlan(List<MountTarget> targets) {
    private static final Set<String> SHARED = Set.of("shared", "rshared");
    private static final Set<String> SLAVE = Set.of("slave", "rslave");
    private static final Comparator<MountTarget> BY_DEPTH = Comparator.comparingLong((MountTarget target) ->
                    target.destination().chars().filter(c -> c == '/').count())
            .thenComparing(MountTarget::destination);

    /** How mounts pass between a bind and its source where nothing else is said. */
    static final String USUAL_PROPAGATION = "rprivate";

    // After the order that it is made with.
    public static final MountPlan EMPTY = new MountPlan(List.of());

    public MountPlan {
        targets = targets.stream().sorted(BY_DEPTH).toList();
    }

    /**
     * The plan of a create request; refuses as Docker does. On a thread that may block, for it looks whether the sources
     * of {@code Mounts} exist.
     *
     * @param config with the image's volumes in it
     * @param volumesFrom the plan of a container by name or id; throws its own 404
     */
    public static MountPlan of(ContainerConfig config, HostConfig host, Function<String, MountPlan> volumesFrom) {
        Map<String, MountTarget> planned = new LinkedHashMap<>();
        for (String from : host.volumesFrom()) {
            borrowed(from, volumesFrom).forEach(target -> planned.put(target.destination(), target));
        }
        Map<String, MountTarget> asked = new LinkedHashMap<>();
        for (String bind : host.binds()) {
            addOnce(asked, BindString.parse(bind, host.volumeDriver()));
        }
        for (HostConfig.Mount mount : host.mounts()) {
            addOnce(asked, LongMount.parse(mount));
        }
        host.tmpfs().forEach((destination, options) -> addOnce(asked, tmpfs(destination, options)));
        planned.putAll(asked);
        for (String destination : config.volumes().keySet()) {
            MountTarget anonymous =
                    BindString.anonymous(destination, host.volumeDriver()).withMode("");
            planned.putIfAbsent(anonymous.destination(), anonymous);
        }
        return new MountPlan(List.copyOf(planned.values()));
    }

    /** Requests for all volumes of the plan, by destination; an empty name asks for an anonymous one. */
    public Map<String, VolumeService.CreateVolume> volumesToCreate() {
        Map<String, VolumeService.CreateVolume> requests = new LinkedHashMap<>();
        for (MountTarget target : targets) {
            if (target.isVolume()) {
                requests.put(
                        target.destination(),
                        new VolumeService.CreateVolume(
                                target.name(), target.driver(), target.driverOptions(), target.labels()));
            }
        }
        return requests;
    }

    /** The plan with the volumes' names, folders and drivers, by destination. */
    public MountPlan withVolumes(Map<String, VolumeService.VolumeDetail> volumes) {
        return map(target -> {
            VolumeService.VolumeDetail volume = volumes.get(target.destination());
            return volume == null || !target.isVolume()
                    ? target
                    : target.withVolume(volume.name(), volume.mountpoint()).withDriver(volume.driver());
        });
    }

    /** The plan with the folders that {@link VolumeService#mount} answered, by the volumes' names, and of images by their layers. */
    public MountPlan withFolders(Map<String, String> folders) {
        return map(target -> {
            String folder = target.isVolume()
                    ? folders.get(target.name())
                    : target.isImage() ? folders.get(target.layer()) : null;
            return folder == null ? target : target.withVolume(target.name(), folder);
        });
    }

    /** The plan where binds that are read-only, and do not say how far, leave what is mounted below as it is. */
    public MountPlan readOnlyTopOnly() {
        return map(target -> target.type().equals(MountTarget.BIND)
                        && target.readOnly()
                        && target.options().isEmpty()
                ? target.withOptions(MountTarget.TOP_ONLY)
                : target);
    }

    /**
     * The plan where binds that hold the engine's own folders do not keep what is mounted there: a container that has the
     * host's root would otherwise hold every other container's root busy.
     */
    public MountPlan besides(Path dataRoot) {
        return map(target -> {
            if (!target.type().equals(MountTarget.BIND)) {
                return target;
            }
            Path source = Path.of(target.source());
            if (!source.startsWith(dataRoot) && !dataRoot.startsWith(source)) {
                return target;
            }
            if (target.propagation().equals(USUAL_PROPAGATION) && !BindString.has(target.mode(), USUAL_PROPAGATION)) {
                return canBeSlave(source) ? target.withPropagation("rslave") : target;
            }
            if (!List.of("rslave", "rshared").contains(target.propagation())) {
                throw WharfException.invalid("invalid mount config: must use either propagation mode \"rslave\" or"
                        + " \"rshared\" when mount source is within the daemon root, daemon root: \"" + dataRoot
                        + "\", bind mount source: \"" + source + "\", propagation: \"" + target.propagation() + "\"");
            }
            return target;
        });
    }

    private static boolean canBeSlave(Path source) {
        return MountTable.read()
                .holding(source.toString())
                .map(mount -> mount.isShared() || mount.isSlave())
                .orElse(false);
    }

    /**
     * The plan with how far each read-only bind reaches, for a runtime; on a thread that may block.
     *
     * @param recursive whether it makes mounts read-only with all below, see {@link OciRuntime#recursiveReadOnly}
     */
    public MountPlan withReach(boolean recursive, String runtime) {
        return map(target -> {
            if (!target.readOnly() || target.type().equals(MountTarget.TMPFS)) {
                return target;
            }
            if (target.options().equals(MountTarget.ALL) && !recursive) {
                throw WharfException.internal("rro is not supported by runtime \"" + runtime + "\"");
            }
            // Nothing is mounted below a file, and crun takes one for a folder there.
            boolean folder = Files.isDirectory(Path.of(target.source()));
            if (target.options().equals(MountTarget.ALL) || target.options().isEmpty()) {
                return target.withOptions(recursive && folder ? MountTarget.ALL : MountTarget.TOP_ONLY);
            }
            return target;
        });
    }

    /**
     * The plan with the layers that hold its images' mounts.
     *
     * @param layers by destination
     * @param roots where a layer is mounted while the container runs
     */
    public MountPlan withLayers(Map<String, String> layers, Function<String, Path> roots) {
        return map(target -> {
            String layer = layers.get(target.destination());
            return layer == null
                    ? target
                    : target.withLayer(layer).withSource(roots.apply(layer).toString());
        });
    }

    /** Makes the missing host folders that {@code -v} promises and checks all others; on a thread that may block. */
    public void prepareSources() {
        MountTable table = null;
        for (MountTarget target : targets) {
            if (!target.type().equals(MountTarget.BIND)) {
                continue;
            }
            Path source = Path.of(target.source());
            if (!Files.exists(source)) {
                makeSource(target, source);
            }
            if (SHARED.contains(target.propagation()) || SLAVE.contains(target.propagation())) {
                table = table == null ? MountTable.read() : table;
                checkPropagation(target, table);
            }
        }
    }

    /** How mounts pass between the container's root and the host: the strongest that a target asks for, or empty. */
    String rootPropagation() {
        if (targets.stream().anyMatch(target -> SHARED.contains(target.propagation()))) {
            return "shared";
        }
        return targets.stream().anyMatch(target -> SLAVE.contains(target.propagation())) ? "rslave" : "";
    }

    /** What inspect shows. */
    public List<ContainerDetail.MountPoint> mountPoints() {
        return targets.stream()
                .filter(MountTarget::listed)
                .map(target -> new ContainerDetail.MountPoint(
                        target.type(),
                        target.name(),
                        target.source(),
                        target.destination(),
                        target.driver(),
                        target.mode(),
                        !target.readOnly(),
                        target.propagation()))
                .toList();
    }

    private static void addOnce(Map<String, MountTarget> targets, MountTarget target) {
        if (targets.put(target.destination(), target) != null) {
            throw WharfException.invalid("Duplicate mount point: " + target.destination());
        }
    }

    private static List<MountTarget> borrowed(String from, Function<String, MountPlan> plans) {
        if (from.isEmpty()) {
            throw WharfException.invalid("volumes-from specification cannot be an empty string");
        }
        int colon = from.indexOf(':');
        String mode = colon < 0 ? "" : from.substring(colon + 1);
        if (!BindString.isMode(mode) || !BindString.isPlain(mode)) {
            throw WharfException.invalid("invalid mode: " + mode);
        }
        List<MountTarget> lent = new ArrayList<>();
        for (MountTarget target :
                plans.apply(colon < 0 ? from : from.substring(0, colon)).targets()) {
            if (target.listed() && !target.type().equals(MountTarget.TMPFS)) {
                lent.add(target.lent(BindString.has(mode, "ro")));
            }
        }
        return lent;
    }

    private static MountTarget tmpfs(String destination, String options) {
        if (!destination.startsWith("/")) {
            throw WharfException.invalid("invalid mount path: '" + destination + "' mount path must be absolute");
        }
        String inside = BindString.clean(destination);
        if (inside.equals("/")) {
            throw WharfException.invalid("invalid specification: destination can't be '/'");
        }
        TmpfsOptions.check(options);
        return LongMount.tmpfs(inside, options, false, false);
    }

    private static void makeSource(MountTarget target, Path source) {
        if (!target.createSource()) {
            throw WharfException.invalid(
                    "invalid mount config for type \"bind\": bind source path does not exist: " + source);
        }
        try {
            Files.createDirectories(source);
        } catch (IOException e) {
            String reason = e instanceof FileSystemException known && known.getReason() != null
                    ? known.getReason()
                    : "not a directory";
            throw WharfException.internal(
                    "error while creating mount source path '" + source + "': mkdir " + e.getMessage() + ": " + reason);
        }
    }

    private static void checkPropagation(MountTarget target, MountTable table) {
        String real = target.source();
        try {
            real = Path.of(real).toRealPath().toString();
        } catch (IOException e) {
            throw WharfException.internal("cannot resolve " + real + ": " + e.getMessage());
        }
        String path = real;
        boolean wantsShared = SHARED.contains(target.propagation());
        table.holding(path)
                .filter(mount -> !mount.isShared() && (wantsShared || !mount.isSlave()))
                .ifPresent(mount -> {
                    throw WharfException.internal("path " + target.source() + " is mounted on " + mount.mountPoint()
                            + " but it is not a shared " + (wantsShared ? "mount" : "or slave mount"));
                });
    }

    private MountPlan map(UnaryOperator<MountTarget> change) {
        return new MountPlan(targets.stream().map(change).toList());
    }
}
