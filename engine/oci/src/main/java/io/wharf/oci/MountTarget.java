package io.wharf.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.wharf.contracts.HostConfig.VolumeOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing to mount into a container.
 *
 * @param type {@code bind}, {@code volume} or {@code tmpfs}
 * @param name the volume's; empty for an anonymous one that has not been made yet, and for other types
 * @param source the host's path of a bind; of a volume the folder, once known
 * @param destination absolute and cleaned path in the container
 * @param driver the volume's
 * @param mode as given after the second colon
 * @param propagation such as {@code rprivate}; empty for volumes and tmpfs
 * @param copy whether an empty volume takes over what the image has at the destination
 * @param createSource whether a missing source is made, as {@code -v} wants it
 * @param anonymous whether the engine made the volume for this container alone
 * @param listed whether inspect shows it: {@code --tmpfs} is not listed there
 * @param options of a tmpfs, as mount(8) takes them, separated by commas
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record MountTarget(
        String type,
        String name,
        String source,
        String destination,
        String driver,
        String mode,
        boolean readOnly,
        String propagation,
        boolean copy,
        boolean recursive,
        boolean createSource,
        boolean anonymous,
        boolean listed,
        String options,
        @Nullable VolumeOptions volumeOptions) {
    static final String BIND = "bind";
    static final String VOLUME = "volume";
    static final String TMPFS = "tmpfs";

    public MountTarget {
        type = text(type);
        name = text(name);
        source = text(source);
        destination = text(destination);
        driver = text(driver);
        mode = text(mode);
        propagation = text(propagation);
        options = text(options);
    }

    public boolean isVolume() {
        return type.equals(VOLUME);
    }

    Map<String, String> driverOptions() {
        VolumeOptions wanted = volumeOptions;
        return wanted == null || wanted.driverConfig() == null
                ? Map.of()
                : wanted.driverConfig().options();
    }

    Map<String, String> labels() {
        return volumeOptions == null ? Map.of() : volumeOptions.labels();
    }

    /** The same with a volume's name and folder. */
    MountTarget withVolume(String volume, String folder) {
        return new MountTarget(
                type,
                volume,
                folder,
                destination,
                driver,
                mode,
                readOnly,
                propagation,
                copy,
                recursive,
                createSource,
                anonymous,
                listed,
                options,
                volumeOptions);
    }

    MountTarget withReadOnly() {
        return new MountTarget(
                type,
                name,
                source,
                destination,
                driver,
                mode,
                true,
                propagation,
                copy,
                recursive,
                createSource,
                anonymous,
                listed,
                options,
                volumeOptions);
    }

    MountTarget withMode(String other) {
        return new MountTarget(
                type,
                name,
                source,
                destination,
                driver,
                other,
                readOnly,
                propagation,
                copy,
                recursive,
                createSource,
                anonymous,
                listed,
                options,
                volumeOptions);
    }

    // Jackson leaves out what equals the default, and so reads null.
    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
