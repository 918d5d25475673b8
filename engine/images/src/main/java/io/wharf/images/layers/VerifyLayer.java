package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.Verified.Damage;
import io.wharf.contracts.Verified.Soundness;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Layer;
import io.wharf.images.drivers.LayerFolder;
import io.wharf.linux.Pools;
import io.wharf.linux.Threads;
import io.wharf.tar.BytePipe;
import io.wharf.tar.Compression;
import io.wharf.tar.TarLimits;
import io.wharf.tar.TarReader;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one layer again: its tar, from the kept blob or put together from the unpacked files, must have the diff ID, and
 * the files must be those that the tar tells of.
 *
 * <p>One thread makes the tar, a second compares; both give way to everything else on the machine.
 */
public final class VerifyLayer implements TarSplitReader.Findings {
    /** Paths that are named; of the rest only the number is told. */
    static final int NAMED = 100;

    private static final int NICENESS = 15;
    private static final int BUFFER = 64 << 10;

    private final Layer layer;
    private final Path folder;
    private final @Nullable Blob blob;
    private final @Nullable Path blobFile;
    private final AtomicBoolean cancelled;
    private final LongConsumer done;
    /** By path, so that what both threads find is told once. */
    private final Map<String, Damage> damages = new LinkedHashMap<>();

    private long more;

    /** What was found. */
    public record Verdict(Soundness layer, @Nullable String reason, List<Damage> damages, long more, Soundness blob) {
        public boolean isSound() {
            return layer == Soundness.OK && blob == Soundness.OK;
        }
    }

    /**
     * @param blob the layer's kept bytes, where there are any
     * @param done is told how many bytes of the tar have been read
     */
    public VerifyLayer(
            Layer layer,
            Path folder,
            @Nullable Blob blob,
            @Nullable Path blobFile,
            AtomicBoolean cancelled,
            LongConsumer done) {
        this.layer = layer;
        this.folder = folder;
        this.blob = blob;
        this.blobFile = blobFile;
        this.cancelled = cancelled;
        this.done = done;
    }

    public Future<Verdict> run(Pools quiet) {
        BytePipe pipe = new BytePipe();
        boolean recorded = TarSplitReader.isRecorded(folder);
        Future<Verdict> made = quiet.call(() -> {
            Threads.nice(NICENESS);
            try {
                return make(pipe, recorded);
            } finally {
                pipe.fail(new IOException("the tar ended early"));
            }
        });
        Future<Void> compared = quiet.run(() -> {
            Threads.nice(NICENESS);
            compare(pipe.source, !recorded);
        });
        return Future.join(made, compared).transform(both -> made.map(verdict -> joined(verdict, compared)));
    }

    private void compare(InputStream source, boolean contents) throws IOException {
        try (InputStream tar = source) {
            try {
                if (Files.isDirectory(diff())) {
                    new CompareTree(diff(), contents)
                            .run(new TarReader(new BufferedInputStream(tar, BUFFER), null, TarLimits.NONE), this);
                }
            } finally {
                // The other thread hashes all of it, whatever becomes of the comparison.
                tar.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private Path diff() {
        return folder.resolve(LayerFolder.DIFF);
    }

    /** A comparison fails of itself, or because the tar is damaged, which is told already. */
    private Verdict joined(Verdict verdict, Future<Void> compared) {
        List<Damage> found;
        synchronized (damages) {
            found = List.copyOf(damages.values());
        }
        if (verdict.blob() != Soundness.OK && !TarSplitReader.isRecorded(folder)) {
            return verdict;
        }
        if (verdict.layer() == Soundness.OK && (compared.failed() || !found.isEmpty())) {
            String why = compared.failed()
                    ? "its files cannot be compared: " + compared.cause().getMessage()
                    : "its files are not those of its tar";
            return new Verdict(Soundness.DAMAGED, why, found, more, verdict.blob());
        }
        return new Verdict(verdict.layer(), verdict.reason(), found, more, verdict.blob());
    }

    private Verdict make(BytePipe pipe, boolean recorded) throws IOException {
        Soundness kept = blob != null && recorded ? rehash() : Soundness.OK;
        if (!Files.isDirectory(diff())) {
            Soundness bytes = blob == null || recorded ? kept : rehash();
            return new Verdict(Soundness.MISSING, "its folder is gone", List.of(), 0, bytes);
        }
        if (!recorded && blob == null) {
            return damaged("it has neither a blob nor a record of its tar", kept);
        }
        Tar tar = new Tar(pipe.sink);
        try {
            if (recorded) {
                new TarSplitReader(folder, this).writeTo(tar);
            } else {
                kept = unpack(tar);
            }
        } catch (IOException | RuntimeException e) {
            stopIfWithdrawn();
            return recorded ? damaged("its tar cannot be put together: " + e.getMessage(), kept) : nothing(e);
        }
        pipe.sink.close();
        if (!recorded && kept != Soundness.OK) {
            return damaged("there is nothing sound to compare its files with", kept);
        }
        return Digest.finish(tar.hash).equals(layer.diff())
                ? new Verdict(Soundness.OK, null, List.of(), 0, kept)
                : damaged("its tar has another digest", kept);
    }

    private static Verdict damaged(String why, Soundness blob) {
        return new Verdict(Soundness.DAMAGED, why, List.of(), 0, blob);
    }

    private static Verdict nothing(Exception why) {
        return damaged(
                "there is nothing sound to compare its files with: its blob cannot be read: " + why.getMessage(),
                Soundness.DAMAGED);
    }

    private Soundness unpack(OutputStream tar) throws IOException {
        if (blobFile == null || blob == null || !Files.exists(blobFile)) {
            return Soundness.MISSING;
        }
        try (HashedInput raw = new HashedInput(Files.newInputStream(blobFile), null);
                BufferedInputStream in = new BufferedInputStream(raw, BUFFER);
                InputStream plain = Compression.of(in).open(in)) {
            plain.transferTo(tar);
            in.transferTo(OutputStream.nullOutputStream());
            return raw.digest().equals(blob.digest()) ? Soundness.OK : Soundness.DAMAGED;
        }
    }

    private Soundness rehash() throws IOException {
        if (blobFile == null || blob == null || !Files.exists(blobFile)) {
            return Soundness.MISSING;
        }
        try (HashedInput raw = new HashedInput(Files.newInputStream(blobFile), null)) {
            byte[] chunk = new byte[BUFFER];
            while (raw.read(chunk, 0, chunk.length) >= 0) {
                stopIfWithdrawn();
            }
            return raw.digest().equals(blob.digest()) ? Soundness.OK : Soundness.DAMAGED;
        }
    }

    @Override
    public void missing(String path) {
        found(new Damage(path, Soundness.MISSING, null));
    }

    @Override
    public void damaged(String path, String why) {
        found(new Damage(path, Soundness.DAMAGED, why));
    }

    private void found(Damage damage) {
        synchronized (damages) {
            if (damages.size() < NAMED) {
                damages.putIfAbsent(damage.path(), damage);
            } else if (!damages.containsKey(damage.path())) {
                more++;
            }
        }
    }

    private void stopIfWithdrawn() {
        if (cancelled.get()) {
            throw withdrawn();
        }
    }

    private static WharfException withdrawn() {
        return new WharfException(ErrorKind.CANCELLED, "context canceled");
    }

    /** The tar on its way to the comparison, hashed. */
    private final class Tar extends FilterOutputStream {
        private final MessageDigest hash = Digest.sha256();
        private long count;

        Tar(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            stopIfWithdrawn();
            hash.update(from, offset, length);
            out.write(from, offset, length);
            count += length;
            done.accept(count);
        }
    }
}
