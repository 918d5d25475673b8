package io.wharf.tar;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds out how a gzip blob was made: packs its tar again with each known compressor that the header allows, until every
 * byte is the same. One that is not the right one shows it in its first block.
 */
public final class FindRecipe {
    /** Counts up when compressors are added, so that blobs that nothing reproduced are tried again. */
    public static final int GENERATION = 2;

    private static final int BUFFER = 64 << 10;
    private static final int HEAD_LIMIT = 4096;
    private static final int TAIL_LIMIT = 4096;
    /** Times that one compressor is tried with another way of handing over; each costs as much as packing up to there. */
    private static final int WAYS = 6;

    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int CHECKED_HEAD = 2;

    private FindRecipe() {}

    /** Blocks, for as long as it takes to read the tar at least once; empty where no known compressor gives the same bytes. */
    public static Optional<BlobRecipe> of(Path blob, BlobRecipe.Tar tar) throws IOException {
        byte[] head;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(blob))) {
            head = head(in);
        } catch (EOFException noGzip) {
            return attempt(blob, tar, candidate(BlobRecipe.Packer.NONE, 0, new byte[0]));
        }
        for (BlobRecipe candidate : candidates(head)) {
            Optional<BlobRecipe> found = attempt(blob, tar, candidate);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<BlobRecipe> attempt(Path blob, BlobRecipe.Tar tar, BlobRecipe first) throws IOException {
        BlobRecipe recipe = first;
        long reached = -1;
        for (int way = 0; way < WAYS; way++) {
            try (Same same = new Same(blob)) {
                BlobRecipe.Packed packed = recipe.open(same);
                try {
                    tar.writeTo(packed);
                    packed.close();
                    Optional<byte[]> tail = same.rest();
                    if (tail.isEmpty()) {
                        return Optional.empty();
                    }
                    return Optional.of(
                            new BlobRecipe(recipe.packer(), recipe.level(), recipe.early(), recipe.head(), tail.get()));
                } catch (Differs e) {
                    // The last choice before the difference is the likeliest to have been the other one.
                    int last = packed.drops() - 1;
                    if (last < 0 || recipe.early().contains(last) || same.count <= reached) {
                        return Optional.empty();
                    }
                    reached = same.count;
                    Set<Integer> early = new TreeSet<>(recipe.early());
                    early.add(last);
                    recipe = new BlobRecipe(recipe.packer(), recipe.level(), early, recipe.head(), recipe.tail());
                } finally {
                    packed.discard();
                }
            }
        }
        return Optional.empty();
    }

    /** Likeliest first. Go and zlib say in the header whether they were to be fast or thorough. */
    private static List<BlobRecipe> candidates(byte[] head) {
        List<BlobRecipe> all = new ArrayList<>();
        int effort = head[8];
        int[] levels = switch (effort) {
            case 2 -> new int[] {9};
            case 4 -> new int[] {1};
            default -> new int[] {6, 5, 4, 3, 2, 7, 8, 1, 9, 0};
        };
        if (effort == 0) {
            // Its own headers come with the members.
            all.add(candidate(BlobRecipe.Packer.MEMBERS, BlobRecipe.MEMBER, new byte[0]));
        }
        for (int level : levels) {
            all.add(candidate(BlobRecipe.Packer.GO, level, head));
            all.add(candidate(BlobRecipe.Packer.ZLIB, level, head));
        }
        if (effort == 0) {
            all.add(candidate(BlobRecipe.Packer.GO, GoDeflate.LITERALS_ONLY, head));
        }
        return all;
    }

    private static BlobRecipe candidate(BlobRecipe.Packer packer, int level, byte[] head) {
        return new BlobRecipe(packer, level, Set.of(), head, new byte[0]);
    }

    /** The bytes of a gzip header (RFC 1952, 2.3). */
    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int i = 0; i < 10; i++) {
            take(in, head);
        }
        byte[] fixed = head.toByteArray();
        if ((fixed[0] & 0xff) != 0x1f || (fixed[1] & 0xff) != 0x8b || fixed[2] != 8) {
            throw new EOFException("not gzip");
        }
        int flags = fixed[3];
        if ((flags & EXTRA) != 0) {
            int length = take(in, head) | (take(in, head) << 8);
            for (int i = 0; i < length; i++) {
                take(in, head);
            }
        }
        for (int text : new int[] {NAME, COMMENT}) {
            while ((flags & text) != 0 && take(in, head) != 0) {
                // The text itself is of no interest.
            }
        }
        if ((flags & CHECKED_HEAD) != 0) {
            take(in, head);
            take(in, head);
        }
        return head.toByteArray();
    }

    private static int take(InputStream in, ByteArrayOutputStream head) throws IOException {
        int next = in.read();
        if (next < 0 || head.size() == HEAD_LIMIT) {
            throw new EOFException("no gzip header");
        }
        head.write(next);
        return next;
    }

    /** Thrown at the first byte that is another. */
    private static final class Differs extends IOException {
        private static final long serialVersionUID = 1;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Takes bytes as long as they are those of a file. */
    private static final class Same extends OutputStream {
        private final InputStream file;
        private final byte[] chunk = new byte[BUFFER];
        private int at;
        private int end;
        long count;

        Same(Path path) throws IOException {
            file = Files.newInputStream(path);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                if (at == end) {
                    end = file.read(chunk, 0, BUFFER);
                    at = 0;
                    if (end <= 0) {
                        end = 0;
                        throw new Differs();
                    }
                }
                int some = Math.min(length - done, end - at);
                int same = java.util.Arrays.mismatch(chunk, at, at + some, from, offset + done, offset + done + some);
                if (same >= 0) {
                    count += same;
                    throw new Differs();
                }
                at += some;
                done += some;
                count += some;
            }
        }

        /** What the file has beyond; empty where that is too much to be kept. */
        Optional<byte[]> rest() throws IOException {
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            rest.write(chunk, at, end - at);
            rest.write(file.readNBytes(TAIL_LIMIT + 1));
            return rest.size() > TAIL_LIMIT ? Optional.empty() : Optional.of(rest.toByteArray());
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
