package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class GzipMemberTest {
    @Test
    void pack_blocksInARow_areOneStream() throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        Arrays.fill(bytes, 50_000, 200_000, (byte) 'a');
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GzipMember member = new GzipMember(100_000)) {
            for (int at = 0; at < bytes.length; at += 100_000) {
                packed.writeBytes(member.pack(Arrays.copyOfRange(bytes, at, at + 100_000), 100_000));
            }
            packed.writeBytes(member.pack(new byte[1], 0));
        }
        assertThat(packed.size()).isLessThan(155_000);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
    }
}
