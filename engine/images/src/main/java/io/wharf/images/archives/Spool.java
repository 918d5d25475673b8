package io.wharf.images.archives;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.images.layers.HashedInput;
import io.wharf.linux.RemoveTree;
import io.wharf.tar.Compression;
import io.wharf.tar.EntryPaths;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarLimits;
import io.wharf.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The files of an archive, put aside under numbers until it is known what they are: the names of the archive never become
 * names on disk.
 */
final class Spool {
    /** No manifest or config is larger; layers are read as streams. */
    private static final int DOCUMENT_LIMIT = 4 << 20;

    /** Of all that are read, for they are held until the last image is in. */
    private static final long DOCUMENTS_LIMIT = 24 << 20;

    /** Characters of all names in an archive. */
    private static final long NAMES_LIMIT = 8 << 20;

    private static final int CHUNK = 64 << 10;

    private final Path folder;
    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    /** Not how many names there are: an archive may hold the same one twice. */
    private int count;

    private long names;
    private long documents;
    private long plainBytes;

    private Spool(Path folder) {
        this.folder = folder;
    }

    /** Reads a tar, which may be compressed, to its end. Blocks. */
    static Spool read(Path ingest, InputStream archive, TarLimits limits) throws IOException {
        Spool spool = new Spool(Files.createDirectory(ingest.resolve("load-" + Ids.random())));
        try (HashedInput packed = new HashedInput(archive, null);
                BufferedInputStream in = new BufferedInputStream(packed, CHUNK);
                InputStream plain = Compression.of(in).open(in)) {
            TarReader tar = new TarReader(new BufferedInputStream(plain, CHUNK), null, limits);
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                spool.add(tar, entry, packed, limits);
            }
            tar.drain();
            return spool;
        } catch (IOException | RuntimeException e) {
            spool.remove();
            throw e;
        }
    }

    private void add(TarReader tar, TarEntry entry, HashedInput packed, TarLimits limits) throws IOException {
        String name = EntryPaths.clean(entry.name());
        names += name.length() + entry.link().length();
        if (names > NAMES_LIMIT) {
            throw WharfException.invalid("invalid archive: the names in it are too long");
        }
        switch (entry.kind()) {
            case FILE -> {
                Path file = folder.resolve(Integer.toString(count++));
                try (OutputStream out = Files.newOutputStream(file)) {
                    byte[] chunk = new byte[CHUNK];
                    for (int read = tar.read(chunk, 0, CHUNK); read >= 0; read = tar.read(chunk, 0, CHUNK)) {
                        out.write(chunk, 0, read);
                        plainBytes += read;
                        limits.checkRatio(packed.count(), plainBytes);
                    }
                }
                files.put(name, file);
            }
            case HARD_LINK -> links.put(name, EntryPaths.clean(entry.link()));
            // Old archives share equal layers so: a link into a neighbour's folder.
            case SYMLINK -> links.put(name, EntryPaths.clean(name + "/../" + entry.link()));
            case DIRECTORY, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE -> {}
        }
    }

    Optional<Path> file(String name) {
        String at = EntryPaths.clean(name);
        for (int hops = 0; hops < 16; hops++) {
            Path file = files.get(at);
            if (file != null) {
                return Optional.of(file);
            }
            String next = links.get(at);
            if (next == null) {
                return Optional.empty();
            }
            at = next;
        }
        return Optional.empty();
    }

    Path must(String name) {
        return file(name).orElseThrow(() -> WharfException.invalid("invalid archive: " + name + " is missing"));
    }

    /** A small file as a whole. */
    byte[] document(String name) throws IOException {
        Path file = must(name);
        if (Files.size(file) > DOCUMENT_LIMIT) {
            throw WharfException.invalid("invalid archive: " + name + " is too large");
        }
        documents += Files.size(file);
        if (documents > DOCUMENTS_LIMIT) {
            throw WharfException.invalid("invalid archive: its manifests and configs are too large");
        }
        return Files.readAllBytes(file);
    }

    /** A blob of an OCI layout, checked against its name. */
    byte[] blob(Digest digest) throws IOException {
        byte[] bytes = document(name(digest));
        if (!Digest.of(bytes).equals(digest)) {
            throw WharfException.invalid("invalid archive: " + digest + " has another digest");
        }
        return bytes;
    }

    static String name(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }

    void remove() {
        RemoveTree.at(folder);
    }
}
