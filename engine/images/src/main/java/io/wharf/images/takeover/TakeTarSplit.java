package io.wharf.images.takeover;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.images.drivers.LayerFolder;
import io.wharf.images.layers.TarSplitWriter;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Names;
import io.wharf.linux.OpenFlags;
import io.wharf.tar.EntryPaths;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;

/**
 * Turns Docker's record of a layer's tar into ours, and hashes the tar on the way.
 *
 * <p>Docker's is a gzip of JSON lines: {@code type} 2 with bytes in base 64 as {@code payload}, and {@code type} 1 with
 * {@code name} (or {@code name_raw} in base 64 where it is no UTF-8) and {@code size} of a file whose content follows.
 */
final class TakeTarSplit {
    private static final int FILE = 1;
    private static final int SEGMENT = 2;

    private TakeTarSplit() {}

    /** What the tar turned out to be. */
    record Tar(Digest diff, long bytes) {}

    /** Reads {@code record}, with the files in {@code folder}/diff, and writes ours into {@code folder}. */
    static Tar run(Path record, Path folder) throws IOException {
        MessageDigest hash = Digest.sha256();
        CRC32 check = new CRC32();
        byte[] chunk = new byte[64 << 10];
        long bytes = 0;
        try (Fd root = Entries.openDirectory(folder.resolve(LayerFolder.DIFF).toString());
                TarSplitWriter out = new TarSplitWriter(folder);
                BufferedReader in = new BufferedReader(new InputStreamReader(
                        new GZIPInputStream(Files.newInputStream(record), 32 << 10), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                JsonNode piece = Json.parse(line.getBytes(StandardCharsets.UTF_8), JsonNode.class);
                int type = piece.path("type").asInt();
                if (type == SEGMENT) {
                    byte[] raw =
                            Base64.getDecoder().decode(piece.path("payload").asText());
                    if (raw.length > 0) {
                        out.raw(raw, 0, raw.length);
                    }
                    hash.update(raw);
                    bytes += raw.length;
                } else if (type == FILE && piece.path("size").asLong() > 0) {
                    String path = EntryPaths.clean(name(piece));
                    long size = piece.path("size").asLong();
                    out.file(path, size);
                    check.reset();
                    content(root, path, size, hash, check, chunk);
                    out.fileEnd((int) check.getValue());
                    bytes += size;
                }
            }
        }
        return new Tar(Digest.finish(hash), bytes);
    }

    private static String name(JsonNode piece) {
        String raw = piece.path("name_raw").asText("");
        return raw.isEmpty()
                ? piece.path("name").asText()
                : Names.decode(Base64.getDecoder().decode(raw));
    }

    private static void content(Fd root, String path, long size, MessageDigest hash, CRC32 check, byte[] chunk)
            throws IOException {
        try (Fd file = Entries.openBeneath(root.value(), path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0)) {
            if (!FileStatus.of(file).isFile()) {
                throw new IOException(path + " is no file any more");
            }
            long left = size;
            while (left > 0) {
                int count = file.read(chunk, 0, (int) Math.min(left, chunk.length));
                if (count <= 0) {
                    throw new IOException(path + " is shorter than it was");
                }
                hash.update(chunk, 0, count);
                check.update(chunk, 0, count);
                left -= count;
            }
        } catch (LinuxException e) {
            throw new IOException(path + ": " + e.reason(), e);
        }
    }
}
