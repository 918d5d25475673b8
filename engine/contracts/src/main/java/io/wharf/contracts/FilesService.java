package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.Future;

/**
 * The files verticle's answers. {@code ref} names a container as {@link ContainerService} takes it; {@code path} is one
 * inside it, absolute or meant from its root. What is not there is a 404 {@code Could not find the file PATH in container
 * REF}.
 */
public interface FilesService {
    /** Tells of one entry; a symbolic link at the end of the path is not followed. */
    Future<PathStat> stat(String ref, String path);

    /** A file, or a folder with all below it, as a tar whose entries are named from the last part of the path on. */
    Future<Archive> get(String ref, String path);

    /** Unpacks a tar, compressed or not, into a folder. */
    Future<Pending<Void>> put(PutArchive request);

    /** What differs from the image, as a JSON list of {@code Path} and {@code Kind} (0 modified, 1 added, 2 deleted). */
    Future<Handle<ByteStream>> changes(String ref);

    /** The whole root as a tar, without what is mounted into it. */
    Future<Handle<ByteStream>> export(String ref);

    /**
     * One entry, in the JSON of the header {@code X-Docker-Container-Path-Stat}.
     *
     * @param mode as Go's {@code os.FileMode} has it
     * @param mtime RFC 3339 with nanoseconds
     * @param linkTarget where a symbolic link leads in the end, or empty
     */
    record PathStat(
            @JsonProperty("name") String name,
            @JsonProperty("size") long size,
            @JsonProperty("mode") long mode,
            @JsonProperty("mtime") String mtime,
            @JsonProperty("linkTarget") String linkTarget) {}

    /** An archive and what it is of. */
    record Archive(PathStat stat, Handle<ByteStream> tar) {}

    /**
     * An archive to unpack.
     *
     * @param keepKinds refuses to put a folder in the place of what is none, and the other way round
     * @param asUser gives everything to the user and group of the container's config
     */
    record PutArchive(String ref, String path, boolean keepKinds, boolean asUser, Handle<ByteStream> tar) {}
}
