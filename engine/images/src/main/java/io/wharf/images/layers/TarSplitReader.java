package io.wharf.images.layers;

import io.wharf.base.WharfException;
import io.wharf.images.drivers.LayerFolder;
import io.wharf.images.layers.TarSplitWriter.Replaced;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Puts a layer's tar together again from its record and its unpacked files. */
public final class TarSplitReader {
    private static final int CHUNK = 64 << 10;
    private static final int NAME_LIMIT = 1 << 20;

    /** Is told of files that are not what they were, and whose bytes are made up with zeros where they lack. */
    interface Findings {
        void missing(String path);

        void damaged(String path, String why);
    }

    private final Path folder;
    private final Path record;
    private final @Nullable Findings findings;
    private final byte[] chunk = new byte[CHUNK];
    private final CRC32 check = new CRC32();

    TarSplitReader(Path folder) {
        this(folder, null);
    }

    /** Without anybody to be told, the first file that is missing or too short fails it all. */
    TarSplitReader(Path folder, @Nullable Findings findings) {
        this(folder, folder, findings);
    }

    /** With a record that does not lie with the files yet. */
    public TarSplitReader(Path folder, Path record, @Nullable Findings findings) {
        this.folder = folder;
        this.record = record;
        this.findings = findings;
    }

    public static boolean isRecorded(Path folder) {
        return Files.exists(folder.resolve(TarSplitWriter.NAME));
    }

    /** Whether the record needs more than itself and the layer's files. */
    public static boolean hasReplaced(Path folder) {
        return Files.exists(folder.resolve(TarSplitWriter.REPLACED));
    }

    public void writeTo(OutputStream out) throws IOException {
        List<Replaced> replaced = replaced();
        long files = 0;
        String last = "";
        try (var root = Entries.openDirectory(folder.toString());
                var in = new DataInputStream(new BufferedInputStream(
                        new GZIPInputStream(Files.newInputStream(record.resolve(TarSplitWriter.NAME)), 8192), 8192))) {
            while (true) {
                int length;
                try {
                    length = in.readInt();
                } catch (EOFException end) {
                    return;
                }
                if (length == TarSplitWriter.FILE) {
                    long size = in.readLong();
                    String path = name(in);
                    copy(root, place(replaced, files++, path), path, size, out);
                    last = path;
                } else if (length == TarSplitWriter.CHECK) {
                    if (in.readInt() != (int) check.getValue() && findings != null) {
                        findings.damaged(last, "has other bytes than it was unpacked with");
                    }
                } else {
                    copy(in, length, out);
                }
            }
        }
    }

    /** A damaged record may say anything. */
    private static String name(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > NAME_LIMIT) {
            throw new IOException("the record of the tar is damaged");
        }
        return Names.decode(in.readNBytes(length));
    }

    private void copy(DataInputStream in, int length, OutputStream out) throws IOException {
        int left = length;
        while (left > 0) {
            int count = Math.min(left, CHUNK);
            in.readFully(chunk, 0, count);
            out.write(chunk, 0, count);
            left -= count;
        }
    }

    private void copy(Fd root, String at, String path, long size, OutputStream out) throws IOException {
        check.reset();
        long left = size;
        try (var file = Entries.openBeneath(root.value(), at, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0)) {
            while (left > 0) {
                int count = file.read(chunk, 0, (int) Math.min(left, CHUNK));
                if (count <= 0) {
                    break;
                }
                check.update(chunk, 0, count);
                out.write(chunk, 0, count);
                left -= count;
            }
            if (left > 0) {
                tell(at, path, "is shorter than it was when it was unpacked");
            } else if (findings != null && FileStatus.of(file).size() != size) {
                findings.damaged(path, "is longer than it was when it was unpacked");
            }
        } catch (LinuxException e) {
            if (findings != null && e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                findings.missing(path);
            } else {
                tell(at, path, "cannot be read: " + e.reason());
            }
        }
        fill(out, left);
    }

    private void tell(String at, String path, String why) {
        if (findings == null) {
            throw WharfException.internal("layer file " + at + " " + why);
        }
        findings.damaged(path, why);
    }

    private void fill(OutputStream out, long count) throws IOException {
        if (count > 0) {
            Arrays.fill(chunk, (byte) 0);
        }
        for (long left = count; left > 0; ) {
            int part = (int) Math.min(left, CHUNK);
            out.write(chunk, 0, part);
            left -= part;
        }
    }

    /** The first replacement after a file came took it away; without one it is where it was unpacked. */
    private static String place(List<Replaced> replaced, long file, String path) {
        for (int i = 0; i < replaced.size(); i++) {
            Replaced one = replaced.get(i);
            if (one.files() > file && (path.equals(one.path()) || path.startsWith(one.path() + "/"))) {
                return TarSplitWriter.SHADOW + "/" + i
                        + path.substring(one.path().length());
            }
        }
        return LayerFolder.DIFF + "/" + path;
    }

    private List<Replaced> replaced() throws IOException {
        List<Replaced> list = new ArrayList<>();
        Path file = record.resolve(TarSplitWriter.REPLACED);
        if (Files.exists(file)) {
            try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                while (in.available() > 0) {
                    list.add(new Replaced(in.readLong(), name(in)));
                }
            }
        }
        return list;
    }
}
