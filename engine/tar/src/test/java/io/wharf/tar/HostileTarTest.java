package io.wharf.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Small archives that ask for much. */
class HostileTarTest {
    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();

    private void header(char flag, byte[] content) {
        byte[] block = new byte[TarReader.BLOCK];
        put(block, 0, "name");
        put(block, 124, String.format(Locale.ROOT, "%011o", content.length));
        block[156] = (byte) flag;
        put(block, 257, "ustar\00000");
        put(block, 148, "        ");
        int sum = 0;
        for (byte one : block) {
            sum += one & 0xff;
        }
        put(block, 148, String.format(Locale.ROOT, "%06o", sum) + '\0');
        tar.writeBytes(block);
        tar.writeBytes(content);
        tar.writeBytes(new byte[-content.length & (TarReader.BLOCK - 1)]);
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    /** The whole length of the record is known to have this many digits. */
    private static byte[] pax(String key, String value, int digits) {
        int length = digits + key.length() + value.length() + 3;
        return (length + " " + key + "=" + value + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private TarEntry first() throws IOException {
        TarEntry entry = new TarReader(new ByteArrayInputStream(tar.toByteArray()), null).next();
        if (entry == null) {
            throw new IOException("no entry");
        }
        return entry;
    }

    @Test
    void next_ofATimeWithAFraction_readsIt() throws IOException {
        header('x', pax("mtime", "1700000000.123456789012", 2));
        header('0', new byte[0]);
        assertThat(first().seconds()).isEqualTo(1_700_000_000);
        assertThat(first().nanos()).isEqualTo(123_456_789);
    }

    /** A number with a hundred million digits. */
    @Test
    void next_ofATimeWithAnExponent_refusesIt() {
        header('x', pax("mtime", "1e100000000", 2));
        header('0', new byte[0]);
        assertThatThrownBy(this::first).isInstanceOf(WharfException.class).hasMessageContaining("invalid tar header");
    }

    @Test
    void next_ofExtensionsWithoutEnd_refusesThem() {
        for (int number = 0; number < 6; number++) {
            header(number % 2 == 0 ? 'x' : 'g', pax("key" + number, "v".repeat(900_000), 6));
        }
        header('0', new byte[0]);
        assertThatThrownBy(this::first).isInstanceOf(WharfException.class).hasMessageContaining("invalid tar header");
    }

    @Test
    void next_ofTheSameExtensionAgainAndAgain_readsThem() throws IOException {
        for (int number = 0; number < 6; number++) {
            header('x', pax("key", "v".repeat(900_000), 6));
        }
        header('0', new byte[0]);
        assertThat(first().name()).isEqualTo("name");
    }
}
