package io.wharf.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where everything lies: the one class that knows the folders of the data root and the exec root.
 *
 * <pre>
 * data root                          exec root (this boot only)
 *   wharf.db      state, journal       kernel.db     ledger of kernel objects
 *   blobs/sha256  configs, manifests   rootfs/ID     mounted unions, below a private mount
 *   ingest/       half-fetched blobs   bundles/ID    config.json for the runtime
 *   layers/       unpacked layers      runtime/      the OCI runtime's own state
 *   rw/ID         writable layers      netns/ID      bind-mounted network namespaces
 *   containers/ID logs, etc files      monitors/ID   conmon's sockets, pid files
 *   volumes/NAME  _data                exits/        exit files
 *   rw-base/      places that a container's root must have, below every image
 *   downloads/    blobs that came in part, under their digests; the next pull goes on with them
 * </pre>
 *
 * @param dataRoot what lasts
 * @param execRoot what a reboot ends
 */
public record Layout(Path dataRoot, Path execRoot) {
    public Layout {
        dataRoot = real(dataRoot);
        execRoot = real(execRoot);
    }

    /** Without symbolic links, as far as the path exists: runtimes refuse a root below one, and /var/run often is one. */
    private static Path real(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Path existing = absolute;
        while (!Files.exists(existing)) {
            Path parent = existing.getParent();
            if (parent == null) {
                return absolute;
            }
            existing = parent;
        }
        try {
            return existing.toRealPath().resolve(existing.relativize(absolute)).normalize();
        } catch (IOException e) {
            throw WharfException.internal("cannot resolve " + path + ": " + e.getMessage(), e);
        }
    }

    public Path database() {
        return dataRoot.resolve("wharf.db");
    }

    public Path blobs() {
        return dataRoot.resolve("blobs/sha256");
    }

    public Path ingest() {
        return dataRoot.resolve("ingest");
    }

    public Path downloads() {
        return dataRoot.resolve("downloads");
    }

    public Path layers() {
        return dataRoot.resolve("layers");
    }

    public Path writableLayers() {
        return dataRoot.resolve("rw");
    }

    public Path writableLayer(String containerId) {
        return writableLayers().resolve(containerId);
    }

    public Path containerBase() {
        return dataRoot.resolve("rw-base");
    }

    public Path containers() {
        return dataRoot.resolve("containers");
    }

    public Path container(String id) {
        return containers().resolve(id);
    }

    /** Where the {@code json-file} driver writes. */
    public Path jsonLog(String containerId) {
        return container(containerId).resolve(containerId + "-json.log");
    }

    public Path volumes() {
        return dataRoot.resolve("volumes");
    }

    public Path ledger() {
        return execRoot.resolve("kernel.db");
    }

    public Path rootfsParent() {
        return execRoot.resolve("rootfs");
    }

    public Path rootfs(String containerId) {
        return rootfsParent().resolve(containerId);
    }

    public Path bundle(String containerId) {
        return execRoot.resolve("bundles").resolve(containerId);
    }

    public Path runtimeState() {
        return execRoot.resolve("runtime");
    }

    public Path netns(String containerId) {
        return execRoot.resolve("netns").resolve(containerId);
    }

    public Path monitor(String id) {
        return execRoot.resolve("monitors").resolve(id);
    }

    public Path exits() {
        return execRoot.resolve("exits");
    }

    /** Files that execs need while they start; empty at each start of the engine. */
    public Path execs() {
        return execRoot.resolve("execs");
    }
}
