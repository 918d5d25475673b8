package io.wharf.oci;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The long form of a mount, an entry of {@code Mounts}, checked as Docker does. */
final class LongMount {
    private final HostConfig.Mount mount;

    private LongMount(HostConfig.Mount mount) {
        this.mount = mount;
    }

    /** Reads one; looks whether the source of a bind exists. */
    static MountTarget parse(HostConfig.Mount mount) {
        return new LongMount(mount).target();
    }

    private MountTarget target() {
        unspecified(MountTarget.BIND, "BindOptions", mount.bindOptions());
        unspecified(MountTarget.VOLUME, "VolumeOptions", mount.volumeOptions());
        unspecified(MountTarget.IMAGE, "ImageOptions", mount.imageOptions());
        unspecified(MountTarget.TMPFS, "TmpfsOptions", mount.tmpfsOptions());
        unspecified("cluster", "ClusterOptions", mount.clusterOptions());
        if (mount.target().isEmpty()) {
            throw invalid("field Target must not be empty");
        }
        if (BindString.clean(mount.target()).equals("/")) {
            throw invalid("invalid specification: destination can't be '/'");
        }
        if (!mount.target().startsWith("/")) {
            throw invalid("invalid mount path: '" + mount.target() + "' mount path must be absolute");
        }
        return switch (mount.type()) {
            case MountTarget.BIND -> bind();
            case MountTarget.VOLUME -> volume();
            case MountTarget.TMPFS -> tmpfs();
            case MountTarget.IMAGE -> image();
            default -> throw invalid("mount type unknown");
        };
    }

    private MountTarget bind() {
        HostConfig.BindOptions options = mount.bindOptions();
        String source = required();
        String propagation = options == null || options.propagation() == null ? "" : options.propagation();
        if (!propagation.isEmpty() && !BindString.isPropagation(propagation)) {
            throw invalid("invalid propagation mode: " + propagation);
        }
        if (!source.startsWith("/")) {
            throw invalid("invalid mount path: '" + source + "' mount path must be absolute");
        }
        boolean create = options != null && options.createMountpoint();
        if (!create && !Files.exists(Path.of(source), LinkOption.NOFOLLOW_LINKS)) {
            throw invalid("bind source path does not exist: " + source);
        }
        return new MountTarget(
                MountTarget.BIND,
                "",
                BindString.clean(source),
                BindString.clean(mount.target()),
                "",
                "",
                mount.readOnly(),
                propagation.isEmpty() ? MountPlan.USUAL_PROPAGATION : propagation,
                false,
                options == null || !options.nonRecursive(),
                create,
                false,
                true,
                options == null ? "" : reach(options),
                null);
    }

    /** How far a bind's being read-only is to reach. */
    private String reach(HostConfig.BindOptions options) {
        boolean top = options.readOnlyNonRecursive();
        boolean all = options.readOnlyForceRecursive();
        if (top && !mount.readOnly()) {
            throw WharfException.invalid("mount options conflict: !ReadOnly && BindOptions.ReadOnlyNonRecursive");
        }
        if (all && !mount.readOnly()) {
            throw WharfException.invalid("mount options conflict: !ReadOnly && BindOptions.ReadOnlyForceRecursive");
        }
        if (top && all) {
            throw WharfException.invalid(
                    "mount options conflict: ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive");
        }
        return top ? MountTarget.TOP_ONLY : all ? MountTarget.ALL : "";
    }

    private MountTarget volume() {
        HostConfig.VolumeOptions options = mount.volumeOptions();
        HostConfig.DriverConfig driver = options == null ? null : options.driverConfig();
        String subpath = options == null || options.subpath() == null ? "" : options.subpath();
        if (!subpath.isEmpty()) {
            if (source().isEmpty()) {
                throw invalid("must not set Subpath when using anonymous volumes");
            }
            checkSubpath(subpath);
        }
        return new MountTarget(
                MountTarget.VOLUME,
                source(),
                "",
                BindString.clean(mount.target()),
                driver == null ? "" : driver.name(),
                "z",
                mount.readOnly(),
                "",
                options == null || !options.noCopy(),
                true,
                false,
                source().isEmpty(),
                true,
                "",
                options,
                subpath,
                "");
    }

    private MountTarget image() {
        String source = required();
        String subpath =
                mount.imageOptions() == null ? "" : mount.imageOptions().subpath();
        checkSubpath(subpath);
        return new MountTarget(
                MountTarget.IMAGE,
                source,
                "",
                BindString.clean(mount.target()),
                "",
                "",
                true,
                MountPlan.USUAL_PROPAGATION,
                false,
                true,
                false,
                false,
                true,
                "",
                null,
                subpath,
                "");
    }

    /** Nothing that leads out by its words alone; links are followed when it is mounted. */
    private void checkSubpath(String subpath) {
        Path path = Path.of(subpath).normalize();
        if (path.isAbsolute() || path.startsWith("..")) {
            throw invalid("subpath must be a relative path within the volume");
        }
    }

    private MountTarget tmpfs() {
        if (!source().isEmpty()) {
            throw invalid("field Source must not be specified");
        }
        HostConfig.TmpfsOptions options = mount.tmpfsOptions();
        return tmpfs(
                BindString.clean(mount.target()),
                options == null ? "" : TmpfsOptions.of(options, mount.type()),
                mount.readOnly(),
                true);
    }

    static MountTarget tmpfs(String destination, String options, boolean readOnly, boolean listed) {
        return new MountTarget(
                MountTarget.TMPFS,
                "",
                "",
                destination,
                "",
                "",
                readOnly,
                "",
                false,
                false,
                false,
                false,
                listed,
                options,
                null);
    }

    private String source() {
        String source = mount.source();
        return source == null ? "" : source;
    }

    private String required() {
        if (source().isEmpty()) {
            throw invalid("field Source must not be empty");
        }
        return source();
    }

    private void unspecified(String type, String field, @Nullable Object value) {
        if (value != null && !mount.type().equals(type)) {
            throw invalid("field " + field + " must not be specified");
        }
    }

    private WharfException invalid(String reason) {
        return WharfException.invalid("invalid mount config for type \"" + mount.type() + "\": " + reason);
    }
}
