package io.wharf.images.drivers;

import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.GraphDriver;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Overlay;
import io.wharf.linux.ProjectQuota;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.SmallFiles;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The usual driver: unions by the kernel's overlayfs. */
class OverlayDriver implements StorageDriver {
    static final String NAME = "overlay2";
    static final String UPPER = "diff";
    static final String WORK = "work";

    final RootMounts roots;
    private final @Nullable Long usualLimit;
    private List<String> options = List.of();
    private Optional<ProjectQuota> quota = Optional.empty();

    OverlayDriver(RootMounts roots, @Nullable Long usualLimit) {
        this.roots = roots;
        this.usualLimit = usualLimit;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start() throws IOException {
        options = knownOptions();
        probe();
        roots.start();
        quota = ProjectQuota.of(roots.layout.dataRoot().toString());
        if (usualLimit != null) {
            requireLimits();
        }
    }

    /**
     * What the kernel's defaults might turn on. An upper layer must be readable on its own, for commit and diff, and may
     * be mounted over other lowers after an update: no index, no metadata without data, no renamed folders that point
     * elsewhere. Such pointers are not followed in any layer either. {@code xino} stays as the kernel has it: all layers
     * lie on one file system, whose inode numbers show through as they are.
     */
    private static List<String> knownOptions() {
        List<String> known = new ArrayList<>();
        for (String option : List.of("index=off", "metacopy=off", "redirect_dir=nofollow")) {
            String name = option.substring(0, option.indexOf('='));
            if (SmallFiles.readIfPresent("/sys/module/overlay/parameters/" + name)
                    .isPresent()) {
                known.add(option);
            }
        }
        return known;
    }

    private void probe() throws IOException {
        Path folder = roots.layout.ingest().resolve("probe-" + Ids.random());
        for (String part : List.of("lower", UPPER, WORK, "merged")) {
            Files.createDirectories(folder.resolve(part));
        }
        Path merged = folder.resolve("merged");
        try {
            Entries.makeNode(OpenFlags.AT_FDCWD, folder.resolve("lower/gone").toString(), FileStatus.S_IFCHR, 0);
            union(List.of(folder.resolve("lower").toString()), folder, merged.toString());
            roots.mounts.unmount(merged.toString(), 0);
        } catch (LinuxException e) {
            throw WharfException.internal(
                    "storage driver " + name() + " does not work with " + roots.layout.dataRoot() + " on " + backing()
                            + ": " + e.getMessage() + ". " + needs(),
                    e);
        } finally {
            detach(merged);
            RemoveTree.at(folder);
        }
    }

    /** Where the unmounting failed, a mount would keep its folder from being removed. */
    private void detach(Path merged) {
        try {
            roots.mounts.unmount(merged.toString(), MountFlags.MNT_DETACH);
        } catch (LinuxException e) {
            if (!e.is(Errno.EINVAL, Errno.ENOENT)) {
                throw e;
            }
        }
    }

    String needs() {
        return "The data root needs a file system that overlayfs takes as its upper layer (ext4, xfs with ftype=1, btrfs,"
                + " tmpfs) and the kernel module overlay";
    }

    /** Mounts a union with the writable parts of {@code own}. */
    void union(List<String> lowers, Path own, String target) {
        roots.mounts.overlay(
                new Overlay(
                        lowers, own.resolve(UPPER).toString(), own.resolve(WORK).toString(), options),
                target);
    }

    @Override
    public void make(String container, LayerChain chain, @Nullable Long limit) {
        Path own = roots.makeOwn(container);
        String upper = own.resolve(UPPER).toString();
        if (limit != null) {
            quota.orElseThrow(OverlayDriver::noLimits).limit(own.toString(), limit);
        }
        RootMounts.makeFolder(own.resolve(WORK).toString(), 0700);
        if (FileStatus.ifPresent(OpenFlags.AT_FDCWD, upper).isEmpty()) {
            // Whole at once: a root folder without its owner would not be looked at again.
            String made = upper + ".new";
            RootMounts.makeFolder(made, 0700);
            RootFolder.describe(RootFolder.of(chain, roots.layout), Path.of(made));
            Entries.rename(OpenFlags.AT_FDCWD, made, OpenFlags.AT_FDCWD, upper, 0);
        }
    }

    @Override
    public void mount(String container, LayerChain chain) {
        if (!roots.prepare(container)) {
            return;
        }
        make(container, chain, null);
        union(
                chain.onBase(roots.layout.containerBase()),
                roots.layout.writableLayer(container),
                roots.layout.rootfs(container).toString());
    }

    @Override
    public void unmount(String container) {
        roots.unmount(container);
    }

    @Override
    public void remove(String container) {
        RemoveTree.at(roots.layout.writableLayer(container));
    }

    @Override
    public Path upper(String container) {
        return roots.layout.writableLayer(container).resolve(UPPER);
    }

    @Override
    public boolean isWhole() {
        return false;
    }

    @Override
    public void writeChanges(String container, LayerChain chain, OutputStream out) throws IOException {
        WriteUpper.run(upper(container), RootFolder.of(chain, roots.layout), out);
    }

    @Override
    public long size(String container, LayerChain chain) {
        return TreeSize.of(upper(container));
    }

    @Override
    public @Nullable Long usualLimit() {
        return usualLimit;
    }

    @Override
    public void requireLimits() {
        if (quota.isEmpty()) {
            throw noLimits();
        }
    }

    private static WharfException noLimits() {
        return WharfException.invalid(
                "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
    }

    @Override
    public GraphDriver describe(String container, LayerChain chain) {
        Path own = roots.layout.writableLayer(container);
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("LowerDir", String.join(":", chain.onBase(roots.layout.containerBase())));
        parts.put("MergedDir", roots.layout.rootfs(container).toString());
        parts.put("UpperDir", own.resolve(UPPER).toString());
        parts.put("WorkDir", own.resolve(WORK).toString());
        return new GraphDriver(parts, name());
    }

    @Override
    public GraphDriver describe(LayerChain chain) {
        List<Path> folders = chain.folders();
        Map<String, String> parts = new LinkedHashMap<>();
        if (folders.size() > 1) {
            parts.put("LowerDir", LayerChain.joined(folders.subList(1, folders.size())));
        }
        if (!folders.isEmpty()) {
            parts.put("UpperDir", folders.getFirst().toString());
        }
        return new GraphDriver(parts, name());
    }

    String backing() {
        return Storage.fileSystem(roots.layout.dataRoot().toString()).name();
    }

    @Override
    public List<List<String>> facts() {
        return List.of(
                List.of("Backing Filesystem", backing()),
                List.of("Supports d_type", "true"),
                List.of("Using metacopy", "false"),
                List.of("Native Overlay Diff", "true"),
                List.of("userxattr", "false"));
    }
}
