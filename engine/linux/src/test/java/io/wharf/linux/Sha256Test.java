package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
    @Test
    void digest_ofAnyLengthAndPieces_isJavas() throws Exception {
        Random random = new Random(4);
        MessageDigest ours = Sha256.create();
        for (int length : new int[] {0, 1, 55, 56, 63, 64, 65, 1000, 300_000, 1_000_001}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            for (int done = 0; done < length; ) {
                int count = Math.min(length - done, 1 + random.nextInt(400_000));
                if (random.nextBoolean()) {
                    ours.update(bytes, done, count);
                } else {
                    ByteBuffer direct = ByteBuffer.allocateDirect(count).put(bytes, done, count);
                    ours.update(direct.flip());
                    assertThat(direct.hasRemaining()).isFalse();
                }
                done += count;
            }
            assertThat(ours.digest())
                    .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes));
        }
    }

    @Test
    void reset_forgetsWhatCame() throws Exception {
        MessageDigest ours = Sha256.create();
        ours.update((byte) 7);
        ours.reset();
        assertThat(ours.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest());
        assertThat(ours.getDigestLength()).isEqualTo(32);
    }
}
