package io.wharf.events.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Event;
import io.wharf.events.sinks.LinesFile.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesFileTest {
    @TempDir
    Path folder;

    private Path path;
    private LinesFile file;

    @BeforeEach
    void make() {
        path = folder.resolve("events.jsonl");
        file = new LinesFile(path, 0, 5);
    }

    @AfterEach
    void close() throws IOException {
        file.close();
    }

    @Test
    void halfALine_isCutOff() throws IOException {
        Files.writeString(path, text(1, 2) + "{\"seq\":3,\"time\":\"2026-");
        assertThat(file.open(10)).isEqualTo(2);
        file.write(lines(3, 4));
        assertThat(path).hasContent(text(1, 4));
    }

    @Test
    void firstBytesOfALine_areCutOff() throws IOException {
        Files.writeString(path, text(1, 2) + "{\"s");
        assertThat(file.open(10)).isEqualTo(2);
        assertThat(path).hasContent(text(1, 2));
    }

    @Test
    void zerosThatAPowerCutLeft_areCutOff() throws IOException {
        Files.writeString(path, text(1, 2) + "\0".repeat(5000));
        assertThat(file.open(10)).isEqualTo(2);
        assertThat(path).hasContent(text(1, 2));
    }

    @Test
    void lastLineOfSomebodyElse_isKept() throws IOException {
        Files.writeString(path, "a note without an end");
        assertThat(file.open(10)).isZero();
        file.write(lines(1, 1));
        assertThat(path).hasContent("a note without an end\n" + text(1, 1));
    }

    @Test
    void whatIsThere_isNotWrittenAgain() throws IOException {
        Files.writeString(path, text(1, 3));
        assertThat(file.open(10)).isEqualTo(3);
        file.write(lines(2, 5));
        assertThat(path).hasContent(text(1, 5));
    }

    @Test
    void numberBeyondTheJournal_isAnotherJournals() throws IOException {
        Files.writeString(path, text(900, 901));
        assertThat(file.open(10)).isZero();
        file.write(lines(1, 2));
        assertThat(path).hasContent(text(900, 901) + text(1, 2));
    }

    @Test
    void lineLongerThanALook_isFoundWhole() throws IOException {
        Event large = new Event(7, 1, "container", "create", "c", Map.of("label", "x".repeat(200_000)));
        file.open(0);
        file.write(List.of(LinesOutlet.line(large)));
        assertThat(new LinesFile(path, 0, 5).open(10)).isEqualTo(7);
    }

    @Test
    void movedFile_isLeftAloneAndANewOneBegun() throws IOException {
        file.open(0);
        file.write(lines(1, 2));
        assertThat(file.turns()).isFalse();
        Files.move(path, folder.resolve("moved"));
        assertThat(file.turns()).isTrue();
        file.write(lines(3, 3));
        assertThat(folder.resolve("moved")).hasContent(text(1, 2));
        assertThat(path).hasContent(text(3, 3));
        assertThat(file.turns()).isFalse();
    }

    @Test
    void askedToTurn_goesOnInTheSameFileWhereItWasNotMoved() throws IOException {
        file.open(0);
        file.write(lines(1, 1));
        file.turnSoon();
        assertThat(file.turns()).isTrue();
        file.write(lines(1, 2));
        assertThat(path).hasContent(text(1, 2));
    }

    @Test
    void emptiedFile_isGoneOnWithFromItsBeginning() throws IOException {
        file.open(0);
        file.write(lines(1, 2));
        Files.writeString(path, "", StandardOpenOption.TRUNCATE_EXISTING);
        file.write(lines(3, 3));
        assertThat(path).hasContent(text(3, 3));
    }

    @Test
    void fullFiles_areKeptToTheirNumber() throws IOException {
        file = new LinesFile(path, 10, 3);
        file.open(0);
        for (int i = 1; i <= 5; i++) {
            file.write(lines(i, i));
        }
        assertThat(path).hasContent(text(5, 5));
        assertThat(folder.resolve("events.jsonl.1")).hasContent(text(4, 4));
        assertThat(folder.resolve("events.jsonl.2")).hasContent(text(3, 3));
        assertThat(folder.resolve("events.jsonl.3")).doesNotExist();
    }

    @Test
    void onlyFile_beginsAnewWhenItIsFull() throws IOException {
        file = new LinesFile(path, 10, 1);
        file.open(0);
        file.write(lines(1, 1));
        file.write(lines(2, 2));
        assertThat(path).hasContent(text(2, 2));
        assertThat(folder.resolve("events.jsonl.1")).doesNotExist();
    }

    private static List<Line> lines(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(seq -> LinesOutlet.line(new Event(seq, seq, "container", "start", "c" + seq, Map.of())))
                .toList();
    }

    private static String text(long from, long to) {
        StringBuilder text = new StringBuilder();
        lines(from, to).forEach(line -> text.append(new String(line.bytes(), java.nio.charset.StandardCharsets.UTF_8)));
        return text.toString();
    }
}
