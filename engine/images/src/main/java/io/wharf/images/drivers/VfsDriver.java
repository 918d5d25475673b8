package io.wharf.images.drivers;

import io.wharf.base.WharfException;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Copies: each container has a root of its own in plain files, whose contents are shared where the file system can. */
final class VfsDriver extends PlainRoots {
    static final String NAME = "vfs";

    VfsDriver(RootMounts roots) {
        super(roots);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start() throws IOException {
        roots.start();
    }

    @Override
    void fill(Path own, String name, LayerChain chain) throws IOException {
        Path root = own.resolve(name);
        RootMounts.makeFolder(root.toString(), 0700);
        CopyRoot.run(below(chain), RootFolder.of(chain, roots.layout), root);
        try (Fd folder = Entries.open(root.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
            // A power cut must not leave a root that looks whole.
            Storage.syncFileSystem(folder);
        }
    }

    @Override
    void limit(Path root, long bytes) {
        requireLimits();
    }

    @Override
    public void requireLimits() {
        throw WharfException.invalid("--storage-opt is not supported for " + NAME);
    }

    @Override
    void discard(Path own, String name) {
        RemoveTree.at(own.resolve(name));
    }

    @Override
    public void remove(String container) {
        RemoveTree.at(roots.layout.writableLayer(container));
    }

    @Override
    public List<List<String>> facts() {
        return List.of();
    }
}
