package io.wharf.images.drivers;

import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers below a container, or of an image.
 *
 * @param ids chain IDs, the topmost layer first
 * @param folders where their files lie, in the form of overlayfs
 */
public record LayerChain(List<Digest> ids, List<Path> folders) {
    public LayerChain {
        ids = List.copyOf(ids);
        folders = List.copyOf(folders);
    }

    /** The folders with the engine's own base as the lowest. */
    public List<String> onBase(Path base) {
        List<String> all = new ArrayList<>(folders.size() + 1);
        folders.forEach(folder -> all.add(folder.toString()));
        all.add(base.toString());
        return all;
    }

    /** Fails in words where a folder has vanished; blocks. */
    public void requireThere() {
        for (Path layer : folders) {
            if (!Files.isDirectory(layer)) {
                throw WharfException.internal(
                        "layer folder " + layer + " is gone: pull or load the container's image again");
            }
        }
    }

    /** The folders as overlayfs names them in one line. */
    static String joined(List<Path> folders) {
        return String.join(":", folders.stream().map(Path::toString).toList());
    }
}
