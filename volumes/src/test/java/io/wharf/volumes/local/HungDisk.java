package io.wharf.volumes.local;

import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import io.wharf.linux.OpenFlags;
import java.nio.file.Path;

/** A mount whose server never answers: FUSE, and nobody reads the requests. */
final class HungDisk implements AutoCloseable {
    final Path folder;
    private final Fd server;

    HungDisk(Path folder) {
        this.folder = folder;
        try {
            server = Entries.open("/dev/fuse", OpenFlags.O_RDWR, 0);
            Mounts.real()
                    .mount(
                            "hung",
                            folder.toString(),
                            "fuse",
                            0,
                            "fd=" + server.value() + ",rootmode=40000,user_id=0,group_id=0");
        } catch (LinuxException e) {
            throw new org.opentest4j.TestAbortedException("no FUSE here: " + e.getMessage(), e);
        }
    }

    /** Everybody who waits hears that the server is gone. */
    @Override
    public void close() {
        server.close();
        Mounts.real().unmountAll(folder.toString(), MountFlags.MNT_DETACH);
    }
}
