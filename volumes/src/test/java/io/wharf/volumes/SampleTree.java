package io.wharf.volumes;

import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Attributes;
import io.wharf.linux.Entries;
import io.wharf.linux.FileStatus;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.Xattrs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A volume with a bit of all that there may be in a folder. */
final class SampleTree {
    /** user::rwx user:1000:r-x group::r-x mask::r-x other::--- in the kernel's form. */
    private static final byte[] ACL = {
        2,
        0,
        0,
        0,
        1,
        0,
        7,
        0,
        -1,
        -1,
        -1,
        -1,
        2,
        0,
        5,
        0,
        (byte) 0xe8,
        3,
        0,
        0,
        4,
        0,
        5,
        0,
        -1,
        -1,
        -1,
        -1,
        16,
        0,
        5,
        0,
        -1,
        -1,
        -1,
        -1,
        32,
        0,
        0,
        0,
        -1,
        -1,
        -1,
        -1
    };

    private SampleTree() {}

    /** A bit of all that there may be in a folder. */
    static Path fill(VolumeDetail volume) throws IOException {
        Path data = Path.of(volume.mountpoint());
        Files.createDirectories(data.resolve("sub/deep"));
        Xattrs.set(OpenFlags.AT_FDCWD, data.resolve("sub").toString(), "system.posix_acl_default", ACL);
        Files.writeString(data.resolve("file"), "content");
        Files.writeString(data.resolve("sub/file"), "more");
        Xattrs.set(OpenFlags.AT_FDCWD, data.resolve("file").toString(), "system.posix_acl_access", ACL);
        Xattrs.set(OpenFlags.AT_FDCWD, data.resolve("sub/file").toString(), "trusted.overlay.opaque", new byte[] {'y'});
        // What a default ACL gave it is taken off again: a copy must not get it either.
        if (Xattrs.list(OpenFlags.AT_FDCWD, data.resolve("sub/file").toString()).contains("system.posix_acl_access")) {
            Xattrs.remove(OpenFlags.AT_FDCWD, data.resolve("sub/file").toString(), "system.posix_acl_access");
        }
        Files.createLink(data.resolve("sub/again"), data.resolve("file"));
        Files.createSymbolicLink(data.resolve("link"), Path.of("/nowhere/at all"));
        Entries.makeNode(OpenFlags.AT_FDCWD, data.resolve("pipe").toString(), FileStatus.S_IFIFO | 0640, 0);
        Entries.makeNode(
                OpenFlags.AT_FDCWD, data.resolve("null").toString(), FileStatus.S_IFCHR | 0666, Entries.device(1, 3));
        Entries.makeNode(OpenFlags.AT_FDCWD, data.resolve("socket").toString(), FileStatus.S_IFSOCK | 0600, 0);
        try (RandomAccessFile sparse =
                new RandomAccessFile(data.resolve("sparse").toFile(), "rw")) {
            sparse.seek(3 << 20);
            sparse.write("in the middle".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            sparse.setLength(9 << 20);
        }
        Files.createFile(data.resolve("empty"));
        try (RandomAccessFile hole = new RandomAccessFile(data.resolve("hole").toFile(), "rw")) {
            hole.setLength(1 << 20);
        }
        Attributes.owner(OpenFlags.AT_FDCWD, data.resolve("sub/deep").toString(), 1234, 99);
        Attributes.mode(OpenFlags.AT_FDCWD, data.resolve("sub/deep").toString(), 03711);
        Files.setAttribute(data, "unix:mode", 0750);
        for (String name : List.of("file", "link", "pipe", "sparse", "sub/file", "sub/deep", "sub", "")) {
            Attributes.times(OpenFlags.AT_FDCWD, data.resolve(name).toString(), 1, 2, 1_600_000_000L, 123_456_789);
        }
        return data;
    }
}
