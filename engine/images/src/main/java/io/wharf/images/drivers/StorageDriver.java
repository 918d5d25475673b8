package io.wharf.images.drivers;

import io.wharf.base.Digest;
import io.wharf.contracts.ContainerDetail.GraphDriver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way to put containers' roots together out of layers. Layers lie the same for all of them, unpacked once in the form of
 * overlayfs, so images are common to all drivers; a container's writable layer is of the driver that made it.
 *
 * <p>Life of a root: {@link #make} once, then {@link #mount} and {@link #unmount} in turns, {@link #remove} at the end.
 * Each may be repeated after a crash. What containers of one image share is there before the first two
 * ({@link #prepare}). Everything here blocks: for a pool.
 */
public interface StorageDriver {
    /** As {@code --storage-driver} and {@code docker info} have it. */
    String name();

    /** Checks that it works on this data root; fails with the reason why not. */
    void start() throws IOException;

    /** Whether roots are made of something that containers of the same layers share. */
    default boolean sharesRoots() {
        return false;
    }

    /** Makes what they share, where it is not there yet; never twice at a time for one chain of layers. */
    default void prepare(LayerChain chain) throws IOException {}

    /** Makes a container's writable layer; half-made ones are made anew. */
    void make(String container, LayerChain chain, @Nullable Long limit) throws IOException;

    /** Mounts a container's root at its place, unless it is mounted. */
    void mount(String container, LayerChain chain) throws IOException;

    /** Unmounts a container's root, also one that is still in use; not mounted is fine. */
    void unmount(String container);

    /** Removes an unmounted container's writable layer; none there is fine. */
    void remove(String container);

    /** A layer is going: what the driver made of it goes, too; never while it is prepared. */
    default void forget(Digest layer) {}

    /** Where what a container wrote lies: in the form of overlayfs, or as its whole root. */
    Path upper(String container);

    /** Whether {@link #upper} is the container's whole root. */
    boolean isWhole();

    /** Writes what a container changed as a layer's tar. */
    void writeChanges(String container, LayerChain chain, OutputStream out) throws IOException;

    /** Bytes of the files that a container wrote. */
    long size(String container, LayerChain chain) throws IOException;

    /** How many bytes a container may write at most where it says nothing, from the driver's options; null for all. */
    default @Nullable Long usualLimit() {
        return null;
    }

    /** Refuses limits on what containers write where they cannot be kept, in Docker's words. */
    void requireLimits();

    /** Refuses a limit that the driver's options forbid. */
    default void checkLimit(long bytes) {}

    /** How a container's root is put together, as {@code docker inspect} shows it. */
    GraphDriver describe(String container, LayerChain chain);

    /** How an image's layers lie, as {@code docker image inspect} shows it. */
    GraphDriver describe(LayerChain chain);

    /** Rows of {@code docker info}. */
    List<List<String>> facts();
}
