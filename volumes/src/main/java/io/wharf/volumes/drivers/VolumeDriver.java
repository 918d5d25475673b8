package io.wharf.volumes.drivers;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the files of volumes: the {@code local} driver, or a plugin.
 *
 * <p>Life of a volume: {@link #create}; any number of {@link #mount} and {@link #unmount}, each pair under an id of its own;
 * {@link #remove}. The caller holds the volume's lane meanwhile, so calls for one volume never overlap, and the caller's
 * event loop, so nothing here may block it. A driver that can hang answers with an error after a bounded time.
 *
 * <p>Options are those that the volume was created with.
 */
public interface VolumeDriver {
    /** What {@code inspect} shows as {@code Driver}. */
    String name();

    /** {@code local}, or {@code global} where a volume is the same on every machine. */
    String scope();

    /**
     * Makes a volume; its row is written when this has succeeded. Refuses bad names and options in Docker's words, without
     * the {@code create NAME:} before them.
     */
    Future<Void> create(String name, Map<String, String> options);

    /** Takes away what {@link #create} has made, where its row could not be written. */
    Future<Void> undoCreate(String name, Map<String, String> options);

    /** Takes a volume out of reach. Its row goes after this; what has to wait for that, or be taken back, is answered. */
    Future<Removal> remove(String name, Map<String, String> options);

    /** Where its files are while it is mounted; empty where that is only known then. */
    String path(String name, Map<String, String> options);

    /**
     * Makes its files reachable.
     *
     * @param id of who mounts, unique among those that have it mounted
     * @param first nobody else has it mounted
     * @return where they are
     */
    Future<String> mount(String name, Map<String, String> options, String id, boolean first);

    /** @param last nobody else has it mounted */
    Future<Void> unmount(String name, Map<String, String> options, String id, boolean last);

    /**
     * A folder beside the volume's files and on the same file system, in which content may be put together and from which it
     * may be renamed into their place; empty where there is none.
     */
    Optional<Path> beside(String name, Map<String, String> options);

    /** Whether its files outlive their last user; where they do not, it is filled anew by whoever finds it empty. */
    default boolean keepsContent(Map<String, String> options) {
        return true;
    }

    /** Whether to touch its files may take for ever: then it is done on threads of their own only. */
    boolean mayHang(Map<String, String> options);

    /** Bytes that a volume takes on the disk, -1 where that cannot be told without asking somebody far away; may block. */
    long bytes(String name, Map<String, String> options);

    /**
     * After a start of the engine: the volumes that somebody still has mounted. What else was mounted before goes.
     *
     * @param mounted options by name
     */
    Future<Void> keepMounted(Map<String, Map<String, String>> mounted);

    /** Volumes that the driver knows, whether they have a row here or not; none where the rows are all there is. */
    Future<List<Known>> list();

    /** One of them; empty where the rows are all there is. A volume that the driver does not know is an error of its own. */
    default Future<Optional<Known>> get(String name) {
        return Future.succeededFuture(Optional.empty());
    }

    /** A volume as its driver tells of it. */
    record Known(String name, String mountpoint, Map<String, Object> status) {
        public Known {
            status = Map.copyOf(status);
        }
    }

    /** The rest of a removal. */
    interface Removal {
        /** Its row is gone: what is left of it may be deleted. Outside its lane. */
        Future<Void> finish();

        /** Its row stays: everything is to be as it was. */
        Future<Void> undo();
    }
}
