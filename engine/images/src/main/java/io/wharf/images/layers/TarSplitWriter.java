package io.wharf.images.layers;

import io.wharf.linux.Names;
import io.wharf.tar.TarReader;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Records how a layer's tar was put together, without the contents that lie unpacked beside it, so that the very same bytes
 * can be made again.
 *
 * <p>The record is a gzip stream of pieces: a positive length and that many bytes, or {@link #FILE}, the size and the name
 * of an unpacked file, or {@link #CHECK} and the CRC-32 of the file before it. Files that a later entry of the same tar replaced are kept under a number; {@code replaced} names
 * them.
 */
public final class TarSplitWriter implements AutoCloseable, TarReader.Recorder {
    static final int FILE = -1;
    static final int CHECK = -2;
    public static final String NAME = "split.gz";
    public static final String REPLACED = "replaced";
    static final String SHADOW = "shadow";

    /** Entries before {@code files} that lie at or below {@code path} are now in the shadow folder under this number. */
    record Replaced(long files, String path) {}

    private final Path folder;
    private final OutputStream file;
    private final DataOutputStream out;
    private final List<Replaced> replaced = new ArrayList<>();
    private long files;

    public TarSplitWriter(Path folder) throws IOException {
        this.folder = folder;
        this.file = Files.newOutputStream(folder.resolve(NAME));
        try {
            this.out = new DataOutputStream(new BufferedOutputStream(new Quick(file), 8192));
        } catch (IOException | RuntimeException e) {
            // The head of what is packed is written at once.
            file.close();
            throw e;
        }
    }

    @Override
    public void raw(byte[] bytes, int offset, int length) throws IOException {
        out.writeInt(length);
        out.write(bytes, offset, length);
    }

    @Override
    public void file(String path, long size) throws IOException {
        byte[] name = Names.encode(path);
        out.writeInt(FILE);
        out.writeLong(size);
        out.writeInt(name.length);
        out.write(name);
        files++;
    }

    @Override
    public void fileEnd(int check) throws IOException {
        out.writeInt(CHECK);
        out.writeInt(check);
    }

    /** Takes note that what lies at a path is about to be replaced; its number in the shadow folder. */
    int replace(String path) {
        replaced.add(new Replaced(files, path));
        return replaced.size() - 1;
    }

    @Override
    public void close() throws IOException {
        // What packs closes nothing where its last bytes do not fit on the disk.
        try (OutputStream closed = file) {
            out.close();
            closed.flush();
        }
        if (!replaced.isEmpty()) {
            try (var list = new DataOutputStream(Files.newOutputStream(folder.resolve(REPLACED)))) {
                for (Replaced one : replaced) {
                    byte[] name = Names.encode(one.path());
                    list.writeLong(one.files());
                    list.writeInt(name.length);
                    list.write(name);
                }
            }
        }
    }

    /** Headers are mostly zeros: the fastest level packs them well. */
    private static final class Quick extends GZIPOutputStream {
        Quick(OutputStream out) throws IOException {
            super(out, 8192);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
