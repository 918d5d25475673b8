package io.wharf.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.wharf.contracts.HostConfig.VolumeOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing to mount into a container.
 *
 * @param type {@code bind}, {@code volume}, {@code tmpfs} or {@code image}
 * @param name the volume's, empty for an anonymous one that has not been made yet; the image's as it was asked for
 * @param source the host's path of a bind; of a volume or an image the folder, once known
 * @param destination absolute and cleaned path in the container
 * @param driver the volume's; empty while the volume is not made and nothing was asked for
 * @param mode as given after the second colon
 * @param propagation such as {@code rprivate}; empty for volumes and tmpfs
 * @param copy whether an empty volume takes over what the image has at the destination
 * @param createSource whether a missing source is made, as {@code -v} wants it
 * @param anonymous whether the engine made the volume for this container alone
 * @param listed whether inspect shows it: {@code --tmpfs} is not listed there
 * @param options of a tmpfs, as mount(8) takes them, separated by commas; of a bind {@link #TOP_ONLY} or {@link #ALL}
 *     where it says how far its being read-only reaches
 * @param subpath what of a volume or an image is mounted, relative to its root; empty for all
 * @param layer id by which the images' owner knows the layer of an image's mount
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
        @Nullable VolumeOptions volumeOptions,
        String subpath,
        String layer) {
    static final String BIND = "bind";
    static final String VOLUME = "volume";
    static final String TMPFS = "tmpfs";
    static final String IMAGE = "image";

    /** Read-only, but not what is mounted below. */
    static final String TOP_ONLY = "ro";

    /** Read-only with all below, or not at all. */
    static final String ALL = "rro";

    public MountTarget {
        type = text(type);
        name = text(name);
        source = text(source);
        destination = text(destination);
        driver = text(driver);
        mode = text(mode);
        propagation = text(propagation);
        options = text(options);
        subpath = text(subpath);
        layer = text(layer);
    }

    /** One without a part of a volume or an image. */
    MountTarget(
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
        this(
                type,
                name,
                source,
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
                volumeOptions,
                "",
                "");
    }

    public boolean isImage() {
        return type.equals(IMAGE);
    }

    public boolean isVolume() {
        return type.equals(VOLUME);
    }

    /** What an event of its mount tells of its place. */
    public Map<String, String> eventAttributes() {
        return Map.of(
                "destination", destination, "read/write", Boolean.toString(!readOnly), "propagation", propagation);
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
        return with(volume, folder, mode, readOnly, propagation, copy, options, layer);
    }

    /** The same with the driver that keeps its volume. */
    MountTarget withDriver(String keeper) {
        return new MountTarget(
                type,
                name,
                source,
                destination,
                keeper,
                mode,
                readOnly,
                propagation,
                copy,
                recursive,
                createSource,
                anonymous,
                listed,
                options,
                volumeOptions,
                subpath,
                layer);
    }

    /** The same from another place of the host. */
    MountTarget withSource(String place) {
        return with(name, place, mode, readOnly, propagation, copy, options, layer);
    }

    MountTarget withLayer(String id) {
        return with(name, source, mode, readOnly, propagation, copy, options, id);
    }

    /** As another container has it that takes it over: nothing is copied into a volume for that one. */
    MountTarget lent(boolean readOnlyThere) {
        return with(name, source, mode, readOnly || readOnlyThere, propagation, false, options, layer);
    }

    MountTarget withMode(String other) {
        return with(name, source, other, readOnly, propagation, copy, options, layer);
    }

    MountTarget withPropagation(String other) {
        return with(name, source, mode, readOnly, other, copy, options, layer);
    }

    MountTarget withOptions(String other) {
        return with(name, source, mode, readOnly, propagation, copy, other, layer);
    }

    private MountTarget with(
            String newName,
            String newSource,
            String newMode,
            boolean newReadOnly,
            String newPropagation,
            boolean newCopy,
            String newOptions,
            String newLayer) {
        return new MountTarget(
                type,
                newName,
                newSource,
                destination,
                driver,
                newMode,
                newReadOnly,
                newPropagation,
                newCopy,
                recursive,
                createSource,
                anonymous,
                listed,
                newOptions,
                volumeOptions,
                subpath,
                newLayer);
    }

    // Jackson leaves out what equals the default, and so reads null.
    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
