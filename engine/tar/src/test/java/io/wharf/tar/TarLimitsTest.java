package io.wharf.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TarLimitsTest {
    private static byte[] tar() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        for (int i = 0; i < 4; i++) {
            writer.whole(TarEntry.file("file" + i, 0644, 100), new byte[100]);
        }
        writer.finish();
        return out.toByteArray();
    }

    private static int read(Map<String, String> limits) throws IOException {
        TarReader reader = new TarReader(new ByteArrayInputStream(tar()), null, TarLimits.of(limits));
        int count = 0;
        while (reader.next() != null) {
            count++;
        }
        return count;
    }

    @Test
    void next_withinTheLimits_reads() throws IOException {
        assertThat(read(Map.of("entries", "4", "unpacked-size", "400", "path-length", "5")))
                .isEqualTo(4);
    }

    @Test
    void next_beyondThem_saysWhich() {
        assertThatThrownBy(() -> read(Map.of("entries", "3"))).hasMessageContaining("image limit entries");
        assertThatThrownBy(() -> read(Map.of("unpacked-size", "399")))
                .hasMessageContaining("image limit unpacked-size");
        assertThatThrownBy(() -> read(Map.of("path-length", "4"))).hasMessageContaining("image limit path-length");
    }

    @Test
    void of_readsUnits() {
        assertThat(TarLimits.of(Map.of("unpacked-size", "20G")).bytes()).isEqualTo(20L << 30);
        assertThat(TarLimits.of(Map.of("ratio", "50")).ratio()).isEqualTo(50);
    }

    @Test
    void of_refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> TarLimits.of(Map.of("size", "1")))
                .hasMessageContaining("unknown image limit \"size\"");
        for (String bad : new String[] {"", "0", "-1", "1x", "9999999999999999999", "g"}) {
            assertThatThrownBy(() -> TarLimits.of(Map.of("entries", bad))).hasMessageContaining("invalid image limit");
        }
    }

    @Test
    void checkRatio_refusesBombs() {
        TarLimits limits = TarLimits.USUAL;
        limits.checkRatio(1, 1 << 30);
        limits.checkRatio(10L << 20, TarLimits.RATIO_FROM + 1);
        assertThatThrownBy(() -> limits.checkRatio(8L << 20, TarLimits.RATIO_FROM + (1 << 30)))
                .hasMessageContaining("image limit ratio");
    }
}
