package io.wharf.logs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compressed log files that can be read from any place: a row of gzip members, each of so much text at most, whose lengths
 * stand in their headers. Every gzip reader takes them for one file.
 *
 * <p>Source: RFC 1952; the extra field {@code WL} holds the member's bytes and its text's, little-endian.
 */
final class Gzip implements SizedPlace {
    private static final int TEXT_BYTES = 1 << 20;
    private static final int HEAD_BYTES = 10 + 2 + 4 + 8;
    private static final int TAIL_BYTES = 8;

    private final FileChannel channel;
    /** Where members begin in the file and in the text, with the ends as last ones. */
    private final long[] fileAt;

    private final long[] textAt;
    private int cached = -1;
    private byte @Nullable [] text;

    private Gzip(FileChannel channel, long[] fileAt, long[] textAt) {
        this.channel = channel;
        this.fileAt = fileAt;
        this.textAt = textAt;
    }

    /** Compresses a file into another, which must not exist. */
    static void compress(Path from, Path to) throws IOException {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        byte[] raw = new byte[TEXT_BYTES];
        byte[] chunk = new byte[64 << 10];
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            for (long at = 0; at < in.size(); at += TEXT_BYTES) {
                ByteBuffer block = ByteBuffer.wrap(raw);
                int count = 0;
                while (count >= 0 && block.hasRemaining()) {
                    count = in.read(block, at + block.position());
                }
                deflater.reset();
                deflater.setInput(raw, 0, block.position());
                deflater.finish();
                ByteArrayOutputStream packed = new ByteArrayOutputStream();
                while (!deflater.finished()) {
                    packed.write(chunk, 0, deflater.deflate(chunk));
                }
                writeMember(out, raw, block.position(), packed.toByteArray());
            }
        } catch (IOException e) {
            Files.deleteIfExists(to);
            throw e;
        } finally {
            deflater.end();
        }
    }

    private static void writeMember(FileChannel out, byte[] raw, int length, byte[] packed) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(raw, 0, length);
        ByteBuffer member =
                ByteBuffer.allocate(HEAD_BYTES + packed.length + TAIL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        // Magic, deflate, an extra field follows, no time, no hint, Unix.
        member.put(new byte[] {0x1f, (byte) 0x8b, 8, 4, 0, 0, 0, 0, 0, 3});
        member.putShort((short) 12).put((byte) 'W').put((byte) 'L').putShort((short) 8);
        member.putInt(member.capacity()).putInt(length);
        member.put(packed).putInt((int) sum.getValue()).putInt(length).flip();
        while (member.hasRemaining()) {
            out.write(member);
        }
    }

    /** Opens what {@link #compress} has made; members that are not ours, or not whole, and all behind them are left out. */
    static Gzip open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            long[] files = new long[16];
            long[] texts = new long[16];
            int count = 0;
            long size = channel.size();
            ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            while (files[count] + HEAD_BYTES < size) {
                head.clear();
                channel.read(head, files[count]);
                if (head.position() < HEAD_BYTES || head.getShort(0) != (short) 0x8b1f || head.getShort(12) != 0x4c57) {
                    break;
                }
                long next = files[count] + head.getInt(16);
                if (next > size) {
                    break;
                }
                if (count + 2 > files.length) {
                    files = Arrays.copyOf(files, files.length * 2);
                    texts = Arrays.copyOf(texts, texts.length * 2);
                }
                files[count + 1] = next;
                texts[count + 1] = texts[count] + head.getInt(20);
                count++;
            }
            return new Gzip(channel, Arrays.copyOf(files, count + 1), Arrays.copyOf(texts, count + 1));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return textAt[textAt.length - 1];
    }

    @Override
    public int read(byte[] into, int offset, int length, long position) throws IOException {
        int done = 0;
        while (done < length && position + done < size()) {
            int found = Arrays.binarySearch(textAt, position + done);
            int member = found >= 0 ? found : -found - 2;
            byte[] bytes = member(member);
            int from = (int) (position + done - textAt[member]);
            int count = Math.min(length - done, bytes.length - from);
            System.arraycopy(bytes, from, into, offset + done, count);
            done += count;
        }
        return done;
    }

    private byte[] member(int number) throws IOException {
        byte[] held = text;
        if (cached == number && held != null) {
            return held;
        }
        byte[] packed = new byte[(int) (fileAt[number + 1] - fileAt[number]) - HEAD_BYTES];
        channel.read(ByteBuffer.wrap(packed), fileAt[number] + HEAD_BYTES);
        byte[] bytes = new byte[(int) (textAt[number + 1] - textAt[number])];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            int count = 0;
            while (count < bytes.length && !inflater.finished()) {
                int more = inflater.inflate(bytes, count, bytes.length - count);
                if (more == 0 && inflater.needsInput()) {
                    throw new IOException("a compressed log is cut off");
                }
                count += more;
            }
        } catch (DataFormatException e) {
            throw new IOException("a compressed log is damaged: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
        cached = number;
        text = bytes;
        return bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
