package io.wharf.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log: lines on standard error. Set up in code, for reading an XML file costs a tenth of the start. */
final class Logging {
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0}: %msg%n%ex";

    private Logging() {}

    /** Sets it up; to be called before any other thread asks for a logger, or that one gets a stand-in. */
    static void begin() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(JournalLines.where(encoder));
        console.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(console);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
    }

    /** Sets how much is said, the libraries below keeping to warnings, and whether in lines of JSON. */
    static void set(String name, boolean json) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        if (json) {
            JsonLines.replaceEncoder(context);
        }
        level(name);
    }

    static void level(String name) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Level level = name.equals("fatal") || name.equals("panic")
                ? Level.ERROR
                : Level.toLevel(name.toUpperCase(Locale.ROOT));
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
        context.getLogger("io.wharf").setLevel(level);
        // Its sink says once what this client says at each attempt to connect.
        context.getLogger("org.apache.kafka").setLevel(Level.ERROR);
    }
}
