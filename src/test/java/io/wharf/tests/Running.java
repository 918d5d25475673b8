package io.wharf.tests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** A program that runs: its input is written, its outputs are collected, apart. Closing it kills it. */
final class Running implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> command;
    private final Process process;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<Thread> readers = new ArrayList<>();

    static {
        Patience.everywhere();
    }

    private Running(List<String> command, Process process) {
        this.command = command;
        this.process = process;
        readers.add(read(process.getInputStream(), out));
        readers.add(read(process.getErrorStream(), err));
    }

    /** Starts a program with variables besides the environment's; an empty value unsets one. */
    static Running start(List<String> command, Map<String, String> variables) {
        return start(command, variables, Path.of("."));
    }

    /** As above, in a folder. */
    static Running start(List<String> command, Map<String, String> variables, Path folder) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        variables.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        try {
            return new Running(command, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a program without input to its end. */
    static Ran run(String... command) {
        return start(List.of(command), Map.of()).finish();
    }

    Running write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes to the program's input; that it ended before taking all of it is no error here. */
    Running write(byte[] bytes) {
        try {
            process.getOutputStream().write(bytes);
            process.getOutputStream().flush();
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        }
        return this;
    }

    /** Writes all of an input that ends there, while whoever called goes on: it may be more than the program takes. */
    Running feed(byte[] bytes) {
        Thread.ofVirtual().start(() -> {
            write(bytes);
            closeInput();
        });
        return this;
    }

    Running closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // The program ended before it read everything: its exit code tells.
        }
        return this;
    }

    /** Closes the input and waits for the end. */
    Ran finish() {
        return closeInput().await(PATIENCE);
    }

    /** Waits for the end with the input left open. */
    Ran await(Duration patience) {
        try {
            if (!process.waitFor(Patience.of(patience).toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                throw new AssertionError(
                        "still running after " + patience + ": " + String.join(" ", command) + "\n" + out() + err());
            }
            // A grandchild may hold the pipe: what it says later belongs to nobody.
            for (Thread reader : readers) {
                reader.join(2000);
            }
        } catch (InterruptedException e) {
            kill();
            throw new AssertionError("interrupted", e);
        }
        return new Ran(command, process.exitValue(), out(), err());
    }

    /** Waits until the output contains a text. */
    Running awaitOut(String text) {
        return awaitThat("output with '" + text + "'", () -> out().contains(text));
    }

    Running awaitErr(String text) {
        return awaitThat("error output with '" + text + "'", () -> err().contains(text));
    }

    private Running awaitThat(String what, BooleanSupplier condition) {
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(PATIENCE)
                    .until(() -> condition.getAsBoolean() || (!process.isAlive() && ended(condition)));
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("no " + what + " of " + String.join(" ", command) + ", but\n" + out() + err(), e);
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError(
                    "no " + what + " of " + String.join(" ", command) + ", which ended with\n" + out() + err());
        }
        return this;
    }

    private boolean ended(BooleanSupplier condition) {
        await(PATIENCE);
        return condition.getAsBoolean() || !process.isAlive();
    }

    String out() {
        synchronized (out) {
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    String err() {
        synchronized (err) {
            return err.toString(StandardCharsets.UTF_8);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
    }

    private static Thread read(InputStream from, ByteArrayOutputStream to) {
        return Thread.ofVirtual().start(() -> {
            byte[] buffer = new byte[65536];
            try (from) {
                for (int n; (n = from.read(buffer)) >= 0; ) {
                    synchronized (to) {
                        to.write(buffer, 0, n);
                    }
                }
            } catch (IOException e) {
                // Closed by the end of the process.
            }
        });
    }
}
