package io.wharf.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * How far a driver has come in the spool, in a small file beside it: written in place with one call, so that a killed
 * engine leaves the old or the new one. A power cut may leave neither; then the log goes on with what is there.
 *
 * @param base where the spool's current file begins
 * @param out up to where standard output has been taken, {@code err} standard error
 * @param carryOut bytes of a character before {@code out} that have not been taken, {@code carryErr} likewise
 * @param inode of the driver's current file, and {@code size} its bytes; both 0 where there is none
 */
@SuppressWarnings("ArrayRecordComponent") // At most three bytes, never shared.
record FeedPosition(long base, long out, long err, byte[] carryOut, byte[] carryErr, long inode, long size) {
    static final FeedPosition START = new FeedPosition(0, 0, 0, LineJoiner.NOTHING, LineJoiner.NOTHING, 0, 0);

    private static final HexFormat HEX = HexFormat.of();

    /** What the file says; the start of everything where there is none or it is damaged. */
    static FeedPosition read(Path file) throws IOException {
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            String body = text.length() < 9 ? "" : text.substring(0, text.length() - 9);
            String[] words = body.trim().split(" +", -1);
            if (body.isEmpty() || !text.substring(body.length()).equals(sum(body)) || words.length != 7) {
                return START;
            }
            return new FeedPosition(
                    Long.parseUnsignedLong(words[0], 16),
                    Long.parseUnsignedLong(words[1], 16),
                    Long.parseUnsignedLong(words[2], 16),
                    bytes(words[3]),
                    bytes(words[4]),
                    Long.parseUnsignedLong(words[5], 16),
                    Long.parseUnsignedLong(words[6], 16));
        } catch (NoSuchFileException none) {
            return START;
        } catch (NumberFormatException damaged) {
            return START;
        }
    }

    void write(Path file) throws IOException {
        String body = String.format(
                Locale.ROOT,
                "%016x %016x %016x %-6s %-6s %016x %016x ",
                base,
                out,
                err,
                text(carryOut),
                text(carryErr),
                inode,
                size);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            channel.write(ByteBuffer.wrap((body + sum(body)).getBytes(StandardCharsets.ISO_8859_1)), 0);
        }
    }

    private static String sum(String body) {
        CRC32 sum = new CRC32();
        sum.update(body.getBytes(StandardCharsets.ISO_8859_1));
        return String.format(Locale.ROOT, "%08x\n", sum.getValue());
    }

    private static String text(byte[] carry) {
        return carry.length == 0 ? "-" : HEX.formatHex(carry);
    }

    private static byte[] bytes(String text) {
        return text.equals("-") ? LineJoiner.NOTHING : HEX.parseHex(text);
    }

    FeedPosition withBase(long now) {
        return new FeedPosition(now, out, err, carryOut, carryErr, inode, size);
    }

    /** What was taken last. */
    long furthest() {
        return Math.max(out, err);
    }

    /** The oldest byte that is still wanted. */
    long least() {
        return Math.min(out, err);
    }
}
