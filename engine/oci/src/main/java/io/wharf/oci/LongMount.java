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
        if (mount.target().isEmpty()) {
            throw invalid("field Target must not be empty");
        }
        if (!mount.target().startsWith("/")) {
            throw invalid("invalid mount path: '" + mount.target() + "' mount path must be absolute");
        }
        if (BindString.clean(mount.target()).equals("/")) {
            throw invalid("invalid specification: destination can't be '/'");
        }
        return switch (mount.type()) {
            case MountTarget.BIND -> bind();
            case MountTarget.VOLUME -> volume();
            case MountTarget.TMPFS -> tmpfs();
            default -> throw invalid("mount type unknown");
        };
    }

    private MountTarget bind() {
        HostConfig.BindOptions options = mount.bindOptions();
        String source = source();
        if (source.isEmpty()) {
            throw invalid("field Source must not be empty");
        }
        unspecified("VolumeOptions", mount.volumeOptions());
        unspecified("TmpfsOptions", mount.tmpfsOptions());
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
                propagation.isEmpty() ? "rprivate" : propagation,
                false,
                options == null || !options.nonRecursive(),
                create,
                false,
                true,
                options != null && options.readOnlyForceRecursive() ? "rro" : "",
                null);
    }

    private MountTarget volume() {
        HostConfig.VolumeOptions options = mount.volumeOptions();
        HostConfig.DriverConfig driver = options == null ? null : options.driverConfig();
        unspecified("BindOptions", mount.bindOptions());
        unspecified("TmpfsOptions", mount.tmpfsOptions());
        if (source().isEmpty() && mount.readOnly()) {
            throw invalid("must not set ReadOnly mode when using anonymous volumes");
        }
        if (options != null && options.subpath() != null && !options.subpath().isEmpty()) {
            throw WharfException.notImplemented("VolumeOptions.Subpath is not supported yet");
        }
        return new MountTarget(
                MountTarget.VOLUME,
                source(),
                "",
                BindString.clean(mount.target()),
                driver == null || driver.name().isEmpty() ? "local" : driver.name(),
                "z",
                mount.readOnly(),
                "",
                options == null || !options.noCopy(),
                true,
                false,
                source().isEmpty(),
                true,
                "",
                options);
    }

    private MountTarget tmpfs() {
        unspecified("BindOptions", mount.bindOptions());
        unspecified("VolumeOptions", mount.volumeOptions());
        if (!source().isEmpty()) {
            throw invalid("field Source must not be specified");
        }
        return tmpfs(
                BindString.clean(mount.target()),
                mount.tmpfsOptions() == null ? "" : TmpfsOptions.of(mount.tmpfsOptions()),
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

    private void unspecified(String field, @Nullable Object value) {
        if (value != null) {
            throw invalid("field " + field + " must not be specified");
        }
    }

    private WharfException invalid(String reason) {
        return WharfException.invalid("invalid mount config for type \"" + mount.type() + "\": " + reason);
    }
}
