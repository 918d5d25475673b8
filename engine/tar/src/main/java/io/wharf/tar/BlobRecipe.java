package io.wharf.tar;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * How a tar was packed, so exactly that packing it again gives the same bytes.
 *
 * @param packer whose algorithm
 * @param level as that packer counts them; of {@link Packer#MEMBERS} the bytes in each
 * @param early places of the stream at which {@link GoChains} takes its other way; mostly none
 * @param head the gzip header, byte for byte
 * @param tail what follows the gzip member
 */
// Arrays are written and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record BlobRecipe(Packer packer, int level, Set<Integer> early, byte[] head, byte[] tail) {
    /** Bytes of a tar that this engine packs into one member. */
    public static final int MEMBER = 512 << 10;

    private static final HexFormat HEX = HexFormat.of();
    private static final String FORM = "pack";
    private static final int BUFFER = 32 << 10;

    /** Whose compressor. */
    public enum Packer {
        /** Go's {@code compress/gzip}: docker, containerd, buildkit. */
        GO,
        /** zlib as it is linked into this engine, with its usual memory: Java, Python and many more. */
        ZLIB,
        /** This engine's own, {@link io.wharf.linux.GzipMember}: a gzip member for each so many bytes. */
        MEMBERS,
        /** None at all: the blob is the tar. */
        NONE
    }

    public BlobRecipe {
        early = Set.copyOf(early);
    }

    /** Writes a tar. */
    @FunctionalInterface
    public interface Tar {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Packs the tar; {@code out} stays open. Blocks. */
    public void pack(Tar tar, OutputStream out) throws IOException {
        Packed packed = open(out);
        try {
            tar.writeTo(packed);
            packed.close();
        } finally {
            packed.discard();
        }
    }

    Packed open(OutputStream out) throws IOException {
        return new Packed(out);
    }

    /** One line that {@link #parse} reads again. */
    public String text() {
        return FORM + " " + packer.name().toLowerCase(java.util.Locale.ROOT) + " " + level + " "
                + (head.length == 0 ? "-" : HEX.formatHex(head)) + " "
                + (tail.length == 0 ? "-" : HEX.formatHex(tail)) + " "
                + (early.isEmpty()
                        ? "-"
                        : String.join(
                                ",",
                                new TreeSet<>(early)
                                        .stream().map(String::valueOf).toList()));
    }

    public static BlobRecipe parse(String text) {
        List<String> parts = Arrays.asList(text.split(" ", -1));
        if (parts.size() != 6 || !parts.getFirst().equals(FORM)) {
            throw new IllegalArgumentException("not a recipe: " + text);
        }
        Set<Integer> early = new TreeSet<>();
        if (!parts.get(5).equals("-")) {
            for (String one : parts.get(5).split(",", -1)) {
                early.add(Integer.valueOf(one));
            }
        }
        return new BlobRecipe(
                Packer.valueOf(parts.get(1).toUpperCase(java.util.Locale.ROOT)),
                Integer.parseInt(parts.get(2)),
                early,
                bytes(parts.get(3)),
                bytes(parts.get(4)));
    }

    private static byte[] bytes(String hex) {
        return hex.equals("-") ? new byte[0] : HEX.parseHex(hex);
    }

    /** The packed stream in the making: header, deflated bytes, checksum and length, tail. */
    final class Packed extends OutputStream {
        private final OutputStream out;
        private final OutputStream deflate;
        private final CRC32 checksum = new CRC32();
        private final Deflater deflater = new Deflater(packer == Packer.ZLIB ? level : 0, true);
        private long count;
        private boolean closed;

        Packed(OutputStream out) throws IOException {
            this.out = out;
            out.write(head);
            // Neither closes the stream below before all of it is written.
            OutputStream open = new java.io.FilterOutputStream(out) {
                @Override
                public void write(byte[] from, int offset, int length) throws IOException {
                    out.write(from, offset, length);
                }

                @Override
                public void close() {}
            };
            deflate = switch (packer) {
                case GO -> new GoDeflate(open, level, early);
                case ZLIB -> new DeflaterOutputStream(open, deflater, BUFFER);
                case MEMBERS -> new GzipMembers(open, level);
                case NONE -> open;
            };
        }

        /** See {@link GoChains#drops}. */
        int drops() {
            return deflate instanceof GoDeflate go ? go.drops() : 0;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            checksum.update(from, offset, length);
            count += length;
            deflate.write(from, offset, length);
        }

        /** Gives up what is not complete. */
        void discard() {
            closed = true;
            release();
        }

        private void release() {
            deflater.end();
            if (deflate instanceof GzipMembers members) {
                members.release();
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                deflate.close();
                if (packer == Packer.NONE) {
                    return;
                }
                if (packer == Packer.MEMBERS) {
                    // Each has its own head and trailer.
                    out.write(tail);
                    return;
                }
                byte[] trailer = new byte[8];
                for (int i = 0; i < 4; i++) {
                    trailer[i] = (byte) (checksum.getValue() >>> (Byte.SIZE * i));
                    trailer[4 + i] = (byte) (count >>> (Byte.SIZE * i));
                }
                out.write(trailer);
                out.write(tail);
            } finally {
                release();
            }
        }
    }
}
