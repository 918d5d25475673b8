package io.wharf.oci;

import io.wharf.linux.RemoveTree;
import java.nio.file.Path;

/** Removes folders of the engine's own making, in which nothing is mounted. */
public final class Trees {
    private Trees() {}

    /** Removes a folder and all below it, links not followed; none there is fine. */
    public static void delete(Path folder) {
        RemoveTree.at(folder);
    }
}
