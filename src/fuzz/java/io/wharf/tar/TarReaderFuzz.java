package io.wharf.tar;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.wharf.base.WharfException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Any bytes are a tar or are refused in words; what was read is passed on to the last byte. */
class TarReaderFuzz {
    private static final TarLimits LIMITS = TarLimits.of(Map.of("unpacked-size", "16m", "entries", "1000"));
    private static final int MOST = 4 << 20;

    @FuzzTest(maxDuration = "2m")
    void read(byte[] bytes) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        try {
            all(new ByteArrayInputStream(bytes), passed);
        } catch (WharfException | IOException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
            return;
        }
        assertThat(passed.toByteArray()).isEqualTo(bytes);
    }

    /** The same behind whatever packs it; unpacked bytes are bounded, as the engine's limits bound them. */
    @FuzzTest(maxDuration = "2m")
    void unpackAndRead(byte[] bytes) {
        try (BufferedInputStream in = new BufferedInputStream(new ByteArrayInputStream(bytes));
                InputStream plain = Compression.of(in).open(in)) {
            all(new ByteArrayInputStream(plain.readNBytes(MOST)), new ByteArrayOutputStream());
        } catch (WharfException | IOException refused) {
            // In words, that is all.
        }
    }

    private static void all(InputStream in, ByteArrayOutputStream passed) throws IOException {
        TarReader tar = new TarReader(
                in,
                new TarReader.Recorder() {
                    @Override
                    public void raw(byte[] bytes, int offset, int length) {
                        passed.write(bytes, offset, length);
                    }

                    @Override
                    public void file(String path, long size) {
                        throw new AssertionError("nobody keeps it elsewhere");
                    }
                },
                LIMITS);
        byte[] chunk = new byte[8192];
        for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            try {
                EntryPaths.clean(entry.name());
            } catch (WharfException outside) {
                continue;
            }
            assertThat(entry.size()).isNotNegative();
            assertThat(entry.nanos()).isBetween(0, 999_999_999);
            long read = 0;
            for (int count = tar.read(chunk, 0, chunk.length); count >= 0; count = tar.read(chunk, 0, chunk.length)) {
                read += count;
            }
            assertThat(read).isEqualTo(entry.stored());
        }
        tar.drain();
    }
}
