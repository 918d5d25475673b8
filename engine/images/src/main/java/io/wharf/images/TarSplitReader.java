package io.wharf.images;

import io.wharf.base.WharfException;
import io.wharf.images.TarSplitWriter.Replaced;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
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
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Puts a layer's tar together again from its record and its unpacked files. */
final class TarSplitReader {
    private static final int CHUNK = 64 << 10;

    private final Path folder;
    private final byte[] chunk = new byte[CHUNK];

    TarSplitReader(Path folder) {
        this.folder = folder;
    }

    static boolean isRecorded(Path folder) {
        return Files.exists(folder.resolve(TarSplitWriter.NAME));
    }

    void writeTo(OutputStream out) throws IOException {
        List<Replaced> replaced = replaced();
        long files = 0;
        try (var root = Entries.openDirectory(folder.toString());
                var in = new DataInputStream(new BufferedInputStream(
                        new GZIPInputStream(Files.newInputStream(folder.resolve(TarSplitWriter.NAME)), 8192), 8192))) {
            while (true) {
                int length;
                try {
                    length = in.readInt();
                } catch (EOFException end) {
                    return;
                }
                if (length == TarSplitWriter.FILE) {
                    long size = in.readLong();
                    String path = Names.decode(in.readNBytes(in.readInt()));
                    copy(root, place(replaced, files++, path), size, out);
                } else {
                    copy(in, length, out);
                }
            }
        }
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

    private void copy(Fd root, String path, long size, OutputStream out) throws IOException {
        try (var file = Entries.openBeneath(root.value(), path, OpenFlags.O_RDONLY, 0)) {
            long left = size;
            while (left > 0) {
                int count = file.read(chunk, 0, (int) Math.min(left, CHUNK));
                if (count <= 0) {
                    throw WharfException.internal(
                            "layer file " + path + " is shorter than it was when it was unpacked");
                }
                out.write(chunk, 0, count);
                left -= count;
            }
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
        Path file = folder.resolve(TarSplitWriter.REPLACED);
        if (Files.exists(file)) {
            try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                while (in.available() > 0) {
                    list.add(new Replaced(in.readLong(), Names.decode(in.readNBytes(in.readInt()))));
                }
            }
        }
        return list;
    }
}
