package io.wharf.contracts;

import io.wharf.contracts.ImageService.LayerFolders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container's files, opened. Whoever has taken it closes it; until then a removal of the container waits a little, and
 * asks by {@link #isRevoked} for it back.
 */
public interface FileView extends AutoCloseable {
    /** Full id of the container. */
    String containerId();

    /** Number of an O_PATH descriptor of the root folder, valid until {@link #close}; -1 for the layers alone. */
    int root();

    /** The layers, where they were asked for. */
    @Nullable
    LayerFolders layers();

    /** The container's root is read-only for its process. */
    boolean readOnlyRoot();

    /** What is mounted into the root by wish of the user. */
    List<Place> places();

    /** {@code User} of the container's config. */
    String user();

    /** The container is being removed: the work is to end soon. */
    boolean isRevoked();

    /** From any thread, when nobody uses {@link #root} any more; a second call does nothing. */
    @Override
    void close();

    /** A mount's place: absolute and clean, links not resolved. */
    record Place(String destination, boolean readOnly) {}
}
