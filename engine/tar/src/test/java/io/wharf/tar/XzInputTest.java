package io.wharf.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class XzInputTest {
    private static final byte[] TEXT = "words ".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
    /** Of the file: the head of the stream is 12 bytes, then size, flags, filter, its properties' size, the dictionary. */
    private static final int BLOCK = 12;

    private static final int DICTIONARY = BLOCK + 4;

    private static byte[] packed() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(out, new LZMA2Options(1))) {
            xz.write(TEXT);
        }
        return out.toByteArray();
    }

    private static InputStream open(byte[] bytes) throws IOException {
        BufferedInputStream in = new BufferedInputStream(new ByteArrayInputStream(bytes));
        return Compression.of(in).open(in);
    }

    @Test
    void second_waitsForTheFirst() throws Exception {
        CompletableFuture<byte[]> second;
        InputStream first = open(packed());
        Thread[] waiting = new Thread[1];
        try (first) {
            second = CompletableFuture.supplyAsync(() -> {
                waiting[0] = Thread.currentThread();
                try (InputStream in = open(packed())) {
                    return in.readAllBytes();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> waiting[0] != null && waiting[0].getState() == Thread.State.TIMED_WAITING);
            assertThat(first.readAllBytes()).isEqualTo(TEXT);
            assertThat(second).isNotDone();
        }
        first.close();
        assertThat(second.get()).isEqualTo(TEXT);
    }

    @Test
    void dictionaryThatDoesNotFit_isRefusedInWords() throws IOException {
        byte[] bytes = packed();
        // 96 MiB, in the format's half logarithms; the head has a sum of its own.
        bytes[DICTIONARY] = 29;
        int head = (bytes[BLOCK] & 0xff) * 4;
        CRC32 sum = new CRC32();
        sum.update(bytes, BLOCK, head);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(BLOCK + head, (int) sum.getValue());
        try (InputStream in = open(bytes)) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(WharfException.class)
                    .hasMessageContaining("needs 97 MiB of memory")
                    .hasMessageContaining("xz -6");
        }
        try (InputStream in = open(packed())) {
            assertThat(in.readAllBytes()).isEqualTo(TEXT);
        }
    }

    @Test
    void whatIsNone_leavesTheTurnToOthers() throws IOException {
        byte[] broken = packed();
        broken[8] ^= 1;
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> open(broken)).isInstanceOf(IOException.class);
        }
        try (InputStream in = open(packed())) {
            assertThat(in.readAllBytes()).isEqualTo(TEXT);
        }
    }
}
