package io.wharf.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    @TempDir
    private Path folder;

    private Spool spool(int files) throws Exception {
        for (int i = 0; i < files; i++) {
            Files.writeString(folder.resolve(Spool.NAME + "." + i * 10), "0123456789");
        }
        return Spool.load(folder, 0);
    }

    /** One reader keeps the first file; another was too slow for the second one: it goes on with the third. */
    @Test
    void skipGone_olderFileIsKept_goesOnBehindTheGap() throws Exception {
        Spool spool = spool(4);
        try (SpoolCursor first = new SpoolCursor(spool, 0, Long.MAX_VALUE);
                SpoolCursor slow = new SpoolCursor(spool, 12, 5)) {
            first.limit(10);
            spool.drop(30);
            byte[] block = new byte[10];
            assertThat(slow.read(block, 0, 10, 12)).isZero();
            assertThat(slow.skipGone()).isEqualTo(18);
            assertThat(slow.position()).isEqualTo(30);
            assertThat(slow.read(block, 0, 10, 30)).isEqualTo(10);
        }
    }

    @Test
    void skipGone_nothingIsGone_staysWhereItIs() throws Exception {
        Spool spool = spool(2);
        try (SpoolCursor cursor = new SpoolCursor(spool, 20, Long.MAX_VALUE)) {
            assertThat(cursor.skipGone()).isZero();
            cursor.moveTo(12);
            assertThat(cursor.skipGone()).isZero();
            assertThat(cursor.position()).isEqualTo(12);
        }
    }
}
