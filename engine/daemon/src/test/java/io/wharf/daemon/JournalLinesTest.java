package io.wharf.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalLinesTest {
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("io.wharf.Engine");

    @Test
    void lines_beginWithThePriorityOfTheirLevel() {
        assertThat(List.of(
                        lines(Level.ERROR, null),
                        lines(Level.WARN, null),
                        lines(Level.INFO, null),
                        lines(Level.DEBUG, null),
                        lines(Level.TRACE, null)))
                .containsExactly("<3>said\n", "<4>said\n", "<6>said\n", "<7>said\n", "<7>said\n");
    }

    /** Each is an entry of its own to the journal. */
    @Test
    void linesOfAStackTrace_haveItToo() {
        assertThat(lines(Level.ERROR, new IOException("no room\non the disk")).lines())
                .hasSizeGreaterThan(4)
                .allMatch(line -> line.startsWith("<3>"))
                .startsWith("<3>said", "<3>java.io.IOException: no room", "<3>on the disk");
    }

    /** As sd-daemon(3) has it: the variable is inherited by those whose output goes elsewhere. */
    @Test
    void journal_isTheStreamThatTheVariableNames(@TempDir Path folder) throws IOException {
        Path stream = Files.createFile(folder.resolve("stream"));
        Path other = Files.createFile(folder.resolve("other"));
        String named = Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino");
        assertThat(JournalLines.isJournal(named, stream)).isTrue();
        assertThat(JournalLines.isJournal(named, other)).isFalse();
        assertThat(JournalLines.isJournal(null, stream)).isFalse();
        assertThat(JournalLines.isJournal("9", stream)).isFalse();
        assertThat(JournalLines.isJournal(named, folder.resolve("none"))).isFalse();
    }

    private String lines(Level level, @Nullable Throwable thrown) {
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern("%msg%n%ex");
        text.start();
        LoggingEvent event = new LoggingEvent("here", logger, level, "said", thrown, null);
        return new String(new JournalLines(text).encode(event), StandardCharsets.UTF_8);
    }
}
