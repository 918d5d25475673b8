package io.wharf.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class LogTailTest {
    private static final String T = "2016-10-06T00:17:09.669794202+00:00";

    /** A record: stream 1 or 2, whether it ends its line, bytes of text. */
    record Piece(int stream, boolean whole, int length) {
        String record(int number) {
            String text = (number + ".").repeat(length / 2 + 1).substring(0, Math.max(1, length));
            return T + (stream == 1 ? " stdout " : " stderr ") + (whole ? "F " : "P ") + text + "\n";
        }
    }

    @Property(tries = 300)
    void find_anyLog_showsExactlyTheLastLines(@ForAll("logs") List<Piece> pieces, @ForAll @IntRange(max = 12) int tail)
            throws IOException {
        StringBuilder text = new StringBuilder();
        List<Integer> offsets = new ArrayList<>();
        for (Piece piece : pieces) {
            offsets.add(text.length());
            text.append(piece.record(offsets.size()));
        }
        Path file = Files.createTempFile("wharf-streams", ".log");
        Files.writeString(file, text, ISO_8859_1);
        try (FilePlace place = new FilePlace(file, Long.MAX_VALUE)) {
            long[] begin = LogTail.find(place, 150, 0, text.length(), tail, new long[3]);
            List<Integer> shown = new ArrayList<>();
            for (int i = 0; i < pieces.size(); i++) {
                if (offsets.get(i) >= begin[pieces.get(i).stream()]) {
                    shown.add(i);
                }
            }
            assertThat(shown).isEqualTo(expected(pieces, tail));
        } finally {
            Files.delete(file);
        }
    }

    /** Records of the last lines, found the slow way: number the lines, order them by their last records. */
    private static List<Integer> expected(List<Piece> pieces, int tail) {
        int[] open = {-1, -1, -1};
        int[] lineOf = new int[pieces.size()];
        List<Integer> lastRecord = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            int stream = pieces.get(i).stream();
            if (open[stream] < 0) {
                open[stream] = lastRecord.size();
                lastRecord.add(i);
            }
            lineOf[i] = open[stream];
            lastRecord.set(open[stream], i);
            if (pieces.get(i).whole()) {
                open[stream] = -1;
            }
        }
        Integer[] order = new Integer[lastRecord.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Integer.compare(lastRecord.get(b), lastRecord.get(a)));
        Set<Integer> wanted = new HashSet<>(Arrays.asList(order).subList(0, Math.min(tail, order.length)));
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            if (wanted.contains(lineOf[i])) {
                shown.add(i);
            }
        }
        return shown;
    }

    @Provide
    Arbitrary<List<Piece>> logs() {
        return net.jqwik.api.Combinators.combine(
                        Arbitraries.of(1, 1, 2),
                        Arbitraries.of(true, true, false),
                        Arbitraries.integers().between(1, 300))
                .as(Piece::new)
                .list()
                .ofMaxSize(25);
    }
}
