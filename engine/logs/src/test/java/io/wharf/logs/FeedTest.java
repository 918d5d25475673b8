package io.wharf.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the spool into files, with crashes in between. */
class FeedTest {
    private static final String T = "2016-10-06T00:17:09.660000000+00:00";

    @TempDir
    private Path folder;

    private static JsonFeed json(Path folder, FileOptions options) throws IOException {
        Path saved = folder.resolve("position");
        FeedPosition position = FeedPosition.read(saved);
        Spool spool = Spool.load(folder, position, FeedPosition.START);
        return new JsonFeed(saved, spool, position, new LogFile(folder.resolve("j.log"), options), Map.of());
    }

    private static void say(Path folder, String records) throws IOException {
        Files.writeString(folder.resolve(Spool.NAME), records, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void drain(Feed feed) throws IOException {
        boolean more = true;
        while (more) {
            more = feed.turn(true);
        }
        feed.close();
    }

    private static String all(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 9; i >= 0; i--) {
            Path file = folder.resolve(i == 0 ? "j.log" : "j.log." + i);
            if (Files.exists(file)) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    @Test
    void json_isAsDockerWritesIt() throws IOException {
        say(
                folder,
                T + " stdout F a\t<&>\"\\\u2028é\n" + T + " stderr P par\n" + T + " stderr F t\n" + T
                        + " stdout P end\n");
        drain(json(folder, new FileOptions(Long.MAX_VALUE, 1, false)));
        assertThat(all(folder))
                .isEqualTo("{\"log\":\"a\\u0009\\u003c\\u0026\\u003e\\\"\\\\\\u2028é\\n\",\"stream\":\"stdout\","
                        + "\"time\":\"2016-10-06T00:17:09.66Z\"}\n"
                        + "{\"log\":\"part\\n\",\"stream\":\"stderr\",\"time\":\"2016-10-06T00:17:09.66Z\"}\n"
                        + "{\"log\":\"end\",\"stream\":\"stdout\",\"time\":\"2016-10-06T00:17:09.66Z\"}\n");
        assertThat(folder.resolve(Spool.NAME)).doesNotExist();
    }

    /** Killed between the deletion of a spool that is consumed and the note of where the next one begins. */
    @Test
    void json_nextRunAfterACrashBehindTheLastOne_isNotTakenForIt() throws IOException {
        FileOptions options = new FileOptions(Long.MAX_VALUE, 1, false);
        say(folder, T + " stdout F first\n");
        Path saved = folder.resolve("position");
        JsonFeed feed = json(folder, options);
        feed.turn(true);
        feed.close();
        FeedPosition noted = FeedPosition.read(saved);
        noted.withBase(0).write(saved);
        assertThat(noted.base()).isNotZero();
        assertThat(folder.resolve(Spool.NAME)).doesNotExist();
        JsonFeed next = json(folder, options);
        assertThat(next.spool().base()).isEqualTo(noted.base());
        say(folder, T + " stdout F again\n");
        next.spool().begin(folder.resolve("ctl"));
        drain(next);
        assertThat(all(folder)).contains("first").contains("again");
    }

    @Test
    void json_longLine_comesInPartsOfWholeCharacters() throws IOException {
        String text = "é".repeat(40_000);
        byte[] bytes = text.getBytes(UTF_8);
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at += 8191) {
            int end = Math.min(bytes.length, at + 8191);
            records.write((T + " stdout " + (end == bytes.length ? "F " : "P ")).getBytes(UTF_8));
            records.write(bytes, at, end - at);
            records.write('\n');
        }
        Files.write(folder.resolve(Spool.NAME), records.toByteArray());
        drain(json(folder, new FileOptions(Long.MAX_VALUE, 1, false)));
        StringBuilder put = new StringBuilder();
        for (String line : all(folder).split("\n")) {
            String part = Json.read(line, Map.class).get("log").toString();
            assertThat(part.getBytes(UTF_8).length).isLessThanOrEqualTo(LineJoiner.LINE_BYTES + 1);
            put.append(part);
        }
        assertThat(put.toString()).isEqualTo(text + "\n");
    }

    /** An engine that dies at any moment: every line is in the files once, whatever was written when. */
    @Property(tries = 60)
    void json_afterCrashes_holdsEachLineOnce(
            @ForAll @IntRange(min = 1, max = 1_000_000) int seed,
            @ForAll @IntRange(min = 45_000, max = 200_000) int size)
            throws IOException {
        Path place = Files.createTempDirectory("wharf-logs.");
        Random random = new Random(seed);
        FileOptions options = new FileOptions(size, 10, false);
        List<String> expected = new ArrayList<>();
        StringBuilder records = new StringBuilder();
        int number = 0;
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 300; i++) {
                String line = "line " + number++ + " " + "x".repeat(random.nextInt(120));
                String stream = random.nextInt(3) == 0 ? " stderr " : " stdout ";
                if (random.nextInt(5) == 0) {
                    records.append(T)
                            .append(stream)
                            .append("P ")
                            .append(line, 0, 3)
                            .append('\n');
                    records.append(T)
                            .append(stream)
                            .append("F ")
                            .append(line.substring(3))
                            .append('\n');
                } else {
                    records.append(T).append(stream).append("F ").append(line).append('\n');
                }
                expected.add(line);
            }
            say(place, records.toString());
            records.setLength(0);
            Path saved = place.resolve("position");
            byte[] before = Files.exists(saved) ? Files.readAllBytes(saved) : null;
            Path spool = place.resolve(Spool.NAME);
            byte[] said = Files.readAllBytes(spool);
            JsonFeed feed = json(place, options);
            feed.turn(false);
            feed.close();
            if (random.nextBoolean() && before != null && sameFile(saved, before)) {
                // Killed between the log's write and the position's.
                Files.write(saved, before);
                Files.write(spool, said);
                Path current = place.resolve("j.log");
                long kept = Files.size(current);
                long least = FeedPosition.read(saved).size();
                try (var file = java.nio.channels.FileChannel.open(current, StandardOpenOption.WRITE)) {
                    file.truncate(least + (long) (random.nextDouble() * (kept - least)));
                }
            }
        }
        drain(json(place, options));
        List<String> found = new ArrayList<>();
        for (String line : all(place).split("\n")) {
            found.add(Json.read(line, Map.class).get("log").toString().strip());
        }
        for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
            assertThat(found.get(i)).as("line " + i).isEqualTo(expected.get(i).strip());
        }
        assertThat(found).hasSameSizeAs(expected);
        io.wharf.linux.RemoveTree.at(place);
    }

    /** Whether no rotation came in between: those save the position themselves. */
    private static boolean sameFile(Path saved, byte[] before) throws IOException {
        FeedPosition now = FeedPosition.read(saved);
        Path other = Files.write(saved.resolveSibling("before"), before);
        FeedPosition then = FeedPosition.read(other);
        Files.delete(other);
        return now.inode() == then.inode() && then.inode() != 0;
    }

    @Test
    void spool_thatAMonitorIsAboutToOpen_isNotTakenAway() throws IOException {
        say(folder, T + " stdout F one\n");
        JsonFeed feed = json(folder, new FileOptions(Long.MAX_VALUE, 1, false));
        feed.spool().expect();
        feed.turn(false);
        say(folder, T + " stdout F two\n");
        feed.spool().begin(folder.resolve("ctl"));
        feed.spool().finish();
        drain(feed);
        assertThat(all(folder)).containsSubsequence("one", "two");
        assertThat(folder.resolve(Spool.NAME)).doesNotExist();
    }

    @Test
    void gzip_isReadFromAnyPlaceAndByAnybody() throws IOException {
        byte[] text = new byte[3_500_000];
        new Random(1).nextBytes(text);
        Path plain = Files.write(folder.resolve("plain"), text);
        Path packed = folder.resolve("packed.gz");
        Gzip.compress(plain, packed);
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
            assertThat(in.readAllBytes()).isEqualTo(text);
        }
        try (Gzip gzip = Gzip.open(packed)) {
            assertThat(gzip.size()).isEqualTo(text.length);
            byte[] some = new byte[100_000];
            assertThat(gzip.read(some, 0, some.length, 1_000_000)).isEqualTo(some.length);
            assertThat(some).isEqualTo(java.util.Arrays.copyOfRange(text, 1_000_000, 1_100_000));
        }
    }

    @Test
    void seek_findsATimeInALargeLogWithFewReads() throws IOException {
        Path file = folder.resolve("large");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            lines.append("{\"log\":\"line ").append(i).append("\\n\",\"stream\":\"stdout\",\"time\":\"2016-10-06T0");
            lines.append(i / 36_000).append(String.format(":%02d:%02d.%01dZ\"}\n", i / 600 % 60, i / 10 % 60, i % 10));
        }
        Files.writeString(file, lines);
        try (FilePlace place = new FilePlace(file, Long.MAX_VALUE)) {
            long nanos = io.wharf.base.Times.parse("2016-10-06T01:30:00Z");
            int[] reads = {0};
            Place counted = (into, offset, length, position) -> {
                reads[0]++;
                return place.read(into, offset, length, position);
            };
            long found = new SeekTime(counted, true).find(0, place.size(), nanos);
            long wanted = lines.indexOf("\"time\":\"2016-10-06T01:30:00.0Z");
            assertThat(found).isBetween(wanted - (200 << 10), wanted);
            assertThat(reads[0]).isLessThan(20);
        }
    }
}
