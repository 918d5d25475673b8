package io.wharf.tests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program on a terminal of its own; a helper in Python holds the master's side. */
final class Terminal implements AutoCloseable {
    private static final Path HELPER = Here.resource("terminal.py");

    private final Running running;

    Terminal(List<String> command, Map<String, String> variables) {
        List<String> all = new ArrayList<>(List.of("python3", HELPER.toString()));
        all.addAll(command);
        running = Running.start(all, variables);
    }

    /** Types a text, as it is: a line ends with {@code \r}. */
    Terminal type(String text) {
        StringBuilder hex = new StringBuilder("type ");
        for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            hex.append(String.format("%02x", b));
        }
        running.write(hex.append('\n').toString());
        return this;
    }

    Terminal resize(int rows, int columns) {
        running.write("size " + rows + " " + columns + "\n");
        return this;
    }

    Terminal awaitOut(String text) {
        running.awaitOut(text);
        return this;
    }

    String out() {
        return running.out();
    }

    /** Waits for the program's end. */
    Ran await() {
        return running.await(Running.PATIENCE);
    }

    @Override
    public void close() {
        running.close();
    }
}
