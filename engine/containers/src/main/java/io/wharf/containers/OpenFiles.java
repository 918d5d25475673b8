package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.FileScope;
import io.wharf.contracts.FileView;
import io.wharf.contracts.Handle;
import io.wharf.contracts.ImageService.LayerFolders;
import io.wharf.contracts.VolumeService;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountedTree;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Pools;
import io.wharf.linux.ProcessIdentity;
import io.wharf.oci.RootFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens containers' files for those who copy, outside of the lane: a copy may take long, and a stop, a start or a kill
 * does not wait for it.
 *
 * <p>A running container is entered through its process. The root of one that stands still is put together anew, in no
 * mount namespace. Either way its overlay stays the one that a run has or will have. A removal asks for all views back
 * and waits a little. Confined to the verticle's context.
 */
final class OpenFiles {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
    private static final int FOLDER = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
    /** So long a removal waits for copies to end; a hung file system below one of them must not hold it for ever. */
    private static final int REVOCATION_MILLIS = 3000;

    private final Room room;
    private final Map<String, Set<View>> open = new HashMap<>();
    private long looks;
    /** Few, and for this alone: a bind may lead to a file system that hangs. */
    private final Pools trees = new Pools(2, 1);

    OpenFiles(Room room) {
        this.room = room;
    }

    Future<Handle<FileView>> run(Container container, FileScope scope) {
        refuseIfGoing(container);
        View view = new View(this, container);
        open.computeIfAbsent(container.id(), id -> new HashSet<>()).add(view);
        return fill(view, container, scope)
                .map(done -> room.handles().<FileView>offer(view, view::close))
                .onFailure(failure -> view.close());
    }

    private static void refuseIfGoing(Container container) {
        if (container.removing() || container.status() == Status.REMOVING) {
            throw WharfException.conflict("container " + container.name() + " is being removed");
        }
        if (container.status() == Status.DEAD) {
            throw WharfException.conflict("container " + container.name() + " is dead");
        }
    }

    private Future<Void> fill(View view, Container container, FileScope scope) {
        if (scope == FileScope.LAYERS) {
            return room.images().layerFolders(container.id()).map(folders -> {
                view.layers = folders;
                return null;
            });
        }
        return room.images().holdRoot(container.id()).compose(root -> {
            view.held = true;
            if (scope == FileScope.ROOT) {
                return room.pools().call(() -> Entries.openDirectory(root)).map(view::opened);
            }
            Run run = container.run();
            ProcessIdentity process = run == null || !container.status().hasProcess() ? null : run.process();
            return (process == null ? Future.<@Nullable Fd>succeededFuture() : inside(process, view))
                    .compose(entered -> entered == null
                            ? asItWouldBe(view, container, root).map(view::opened)
                            : Future.succeededFuture(view.opened(entered)));
        });
    }

    /** The root of a process; null where it has ended. */
    private Future<@Nullable Fd> inside(ProcessIdentity process, View view) {
        return room.pools().<@Nullable Fd>call(() -> {
            String folder = "/proc/" + process.pid();
            try {
                // What is mounted in the namespace stays as long as it is open, even if the process ends meanwhile.
                view.namespace = Entries.open(folder + "/ns/mnt", OpenFlags.O_RDONLY, 0);
                Fd root = Entries.open(folder + "/root", FOLDER, 0);
                if (process.isAlive()) {
                    return root;
                }
                root.close();
            } catch (LinuxException e) {
                LOG.debug("process {} has ended: {}", process.pid(), e.getMessage());
            }
            return null;
        });
    }

    /** The root with everything at its place that a run would find there, but the kernel's own file systems. */
    private Future<Fd> asItWouldBe(View view, Container container, String root) {
        Path etc = etcFolder(container);
        view.mounting = VolumeService.lookInto(container.id(), ++looks);
        Map<String, Future<String>> folders = new HashMap<>();
        container.definition().mounts().targets().stream()
                .filter(target -> target.isVolume())
                .forEach(target -> folders.computeIfAbsent(target.name(), name -> {
                    Future<String> from = target.copy()
                            ? room.pools()
                                    .call(() -> RootFiles.resolve(Path.of(root), target.destination())
                                            .map(Path::toString)
                                            .orElse(""))
                            : Future.succeededFuture("");
                    return from.compose(
                            copy -> room.volumes().mount(name, view.mounting, copy.isEmpty() ? null : copy));
                }));
        view.volumes = Set.copyOf(folders.keySet());
        return Future.join(new ArrayList<>(folders.values()))
                .compose(done -> trees.call(() -> {
                    Map<String, String> known = new HashMap<>();
                    folders.forEach((name, folder) -> known.put(name, folder.result()));
                    var mounts = container.definition().mounts().withFolders(known);
                    mounts.prepareSources();
                    return MountedTree.of(root, ViewParts.of(mounts, container, etc));
                }));
    }

    /** Where the files of /etc lie: of the container whose network it shares, or its own. */
    private Path etcFolder(Container container) {
        String mode = String.valueOf(container.host().networkMode());
        String other = mode.startsWith("container:") ? mode.substring("container:".length()) : container.id();
        return room.layout()
                .container(room.containers().find(other).map(Container::id).orElse(container.id()));
    }

    /** Asks for all views of a container back; completes when they are closed, or after a while. Never fails. */
    Future<Void> revoke(Container container) {
        Set<View> views = open.get(container.id());
        if (views == null) {
            return Future.succeededFuture();
        }
        List<Future<Void>> closed = new ArrayList<>();
        views.forEach(view -> {
            view.revoked = true;
            closed.add(view.closed.future());
        });
        Promise<Void> over = Promise.promise();
        long timer = room.vertx().setTimer(REVOCATION_MILLIS, late -> over.tryComplete());
        Future.join(closed).onComplete(done -> {
            room.vertx().cancelTimer(timer);
            over.tryComplete();
        });
        return over.future();
    }

    private void ended(View view) {
        String id = view.container.id();
        view.volumes.forEach(name -> room.volumes()
                .unmount(name, view.mounting)
                .onFailure(failure -> LOG.warn("volume {} seems mounted for {}: {}", name, id, failure.toString())));
        Future<Void> free = view.held ? room.images().releaseRoot(id) : Future.succeededFuture();
        free.onFailure(failure -> LOG.warn("the root of {} is left mounted: {}", id, failure.toString()))
                .onComplete(done -> {
                    open.computeIfPresent(id, (key, views) -> {
                        views.remove(view);
                        return views.isEmpty() ? null : views;
                    });
                    view.closed.complete();
                });
    }

    /** One opened root. Its fields are set before it is handed out. */
    private static final class View implements FileView {
        private final OpenFiles owner;
        private final Container container;
        private final Promise<Void> closed = Promise.promise();
        private final List<Place> places;
        private volatile boolean revoked;
        private boolean held;
        /** Volumes that were mounted for it, and in whose name. */
        private Set<String> volumes = Set.of();

        private String mounting = "";
        private @Nullable Fd root;
        private volatile @Nullable Fd namespace;
        private @Nullable LayerFolders layers;
        private boolean over;

        View(OpenFiles owner, Container container) {
            this.owner = owner;
            this.container = container;
            places = container.definition().mounts().targets().stream()
                    .map(target -> new Place(target.destination(), target.readOnly()))
                    .toList();
        }

        @Nullable
        Void opened(Fd folder) {
            root = folder;
            return null;
        }

        @Override
        public String containerId() {
            return container.id();
        }

        @Override
        public int root() {
            Fd folder = root;
            return folder == null ? -1 : folder.value();
        }

        @Override
        public @Nullable LayerFolders layers() {
            return layers;
        }

        @Override
        public boolean readOnlyRoot() {
            return container.host().readonlyRootfs();
        }

        @Override
        public List<Place> places() {
            return places;
        }

        @Override
        public String user() {
            String user = container.config().user();
            return user == null ? "" : user;
        }

        @Override
        public boolean isRevoked() {
            return revoked;
        }

        @Override
        public void close() {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            if (root != null) {
                root.close();
            }
            Fd kept = namespace;
            if (kept != null) {
                kept.close();
            }
            owner.room.context().runOnContext(turn -> owner.ended(this));
        }
    }
}
