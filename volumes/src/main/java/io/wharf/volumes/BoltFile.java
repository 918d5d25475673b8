package io.wharf.volumes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one bucket of a bbolt database (file format 2): as much as it takes to see what Docker keeps of its
 * volumes.
 *
 * <p>Pages are little endian. A head of 16 bytes (id, flags, count, overflow), then elements: in a branch position, key size
 * and page; in a leaf flags, position, key size and value size, positions counted from the element. A leaf's value with
 * flag 1 is a bucket: its root page and a sequence, and where the root is 0 a page of its own right behind.
 */
final class BoltFile {
    private static final int MAGIC = 0xED0CDAED;
    private static final int VERSION = 2;
    private static final int HEAD = 16;
    private static final int BRANCH = 0x01;
    private static final int LEAF = 0x02;
    private static final int BUCKET = 1;
    private static final int DEEPEST = 64;
    private static final long LARGEST = 32 << 20;

    private final ByteBuffer all;
    private final int pageSize;
    private final Map<String, byte[]> found = new LinkedHashMap<>();

    private BoltFile(ByteBuffer all, int pageSize) {
        this.all = all;
        this.pageSize = pageSize;
    }

    /** Keys and values of a bucket of the root; none where there is no such bucket. */
    static Map<String, byte[]> bucket(Path file, String name) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException(file + " is too large");
        }
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        try {
            return read(all, name);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    private static Map<String, byte[]> read(ByteBuffer all, String name) throws IOException {
        long best = -1;
        long root = 0;
        int size = 0;
        // The first two pages say the same, one of them older; where pages are large, the second lies further on.
        for (int at = 0; at <= (64 << 10); at = at == 0 ? 512 : at * 2) {
            if (at + HEAD + 64 <= all.capacity()
                    && all.getInt(at + HEAD) == MAGIC
                    && all.getInt(at + HEAD + 4) == VERSION
                    && (at == 0 || at == all.getInt(at + HEAD + 8))
                    && all.getLong(at + HEAD + 48) > best) {
                best = all.getLong(at + HEAD + 48);
                size = all.getInt(at + HEAD + 8);
                root = all.getLong(at + HEAD + 16);
            }
        }
        if (best < 0 || size < 512) {
            throw new IOException("not a bbolt database");
        }
        BoltFile top = new BoltFile(all, size);
        top.page(Math.toIntExact(root * size), 0, name);
        byte[] bucket = top.found.get(name);
        if (bucket == null) {
            return Map.of();
        }
        ByteBuffer head = ByteBuffer.wrap(bucket).order(ByteOrder.LITTLE_ENDIAN);
        long page = head.getLong(0);
        if (page == 0) {
            BoltFile inline = new BoltFile(
                    ByteBuffer.wrap(Arrays.copyOfRange(bucket, HEAD, bucket.length))
                            .order(ByteOrder.LITTLE_ENDIAN),
                    size);
            inline.page(0, 0, null);
            return inline.found;
        }
        BoltFile own = new BoltFile(all, size);
        own.page(Math.toIntExact(page * size), 0, null);
        return own.found;
    }

    /** Collects a page's values, or the bucket of this name, and goes on to the pages below. */
    private void page(int at, int depth, @Nullable String wanted) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("damaged: its pages form a loop");
        }
        int flags = all.getShort(at + 8);
        int count = all.getShort(at + 10) & 0xffff;
        for (int i = 0; i < count; i++) {
            int element = at + HEAD + i * HEAD;
            if ((flags & BRANCH) != 0) {
                page(Math.toIntExact(all.getLong(element + 8) * pageSize), depth + 1, wanted);
            } else if ((flags & LEAF) != 0) {
                int key = element + all.getInt(element + 4);
                int keySize = all.getInt(element + 8);
                int valueSize = all.getInt(element + 12);
                String name = new String(bytes(key, keySize), java.nio.charset.StandardCharsets.UTF_8);
                boolean bucket = (all.getInt(element) & BUCKET) != 0;
                if (wanted == null ? !bucket : bucket && name.equals(wanted)) {
                    found.put(name, bytes(key + keySize, valueSize));
                }
            }
        }
    }

    private byte[] bytes(int at, int length) {
        if (length < 0 || length > all.capacity()) {
            throw new IndexOutOfBoundsException();
        }
        byte[] bytes = new byte[length];
        all.get(at, bytes);
        return bytes;
    }
}
