package io.wharf.daemon;

import io.wharf.daemon.Options.Section;

/** What {@code --help} says: the flags by what they are about, in lines that fit a terminal. */
final class Usage {
    private static final int WIDTH = 100;
    private static final int COLUMN = 42;

    private Usage() {}

    static String text(String program, String config) {
        StringBuilder usage = new StringBuilder("Usage: ")
                .append(program)
                .append(" [OPTIONS]\n\nA container engine with the Docker Engine API.\n\n'")
                .append(program)
                .append(
                        " import-docker' takes over images and volumes of a stopped Docker. The configuration file takes\n")
                .append("the same names without their dashes, lists in the plural; SIGHUP reads it anew.\n");
        for (Section section : Options.SECTIONS) {
            usage.append('\n').append(section.title()).append(":\n");
            for (Option option : section.options()) {
                if (!option.names().isEmpty()) {
                    line(usage, option, config);
                }
            }
        }
        return usage.toString();
    }

    private static void line(StringBuilder usage, Option option, String config) {
        // Long names stand in one column, behind the short ones.
        String names = String.join(", ", option.names());
        String left = (names.startsWith("--") ? "      " : "  ")
                + names
                + option.kind().shown();
        usage.append(left);
        if (left.length() > COLUMN - 2) {
            usage.append('\n').append(" ".repeat(COLUMN));
        } else {
            usage.append(" ".repeat(COLUMN - left.length()));
        }
        int at = COLUMN;
        for (String word : said(option, config).split(" ")) {
            if (at > COLUMN && at + 1 + word.length() > WIDTH) {
                usage.append('\n').append(" ".repeat(COLUMN));
                at = COLUMN;
            }
            if (at > COLUMN) {
                usage.append(' ');
                at++;
            }
            usage.append(word);
            at += word.length();
        }
        usage.append('\n');
    }

    private static String said(Option option, String config) {
        return switch (option.fate()) {
            case WORKS -> option.text().replace("%CONFIG%", config);
            case NO_MEANING -> option.text();
            case REFUSED -> "Refused: " + option.text();
        };
    }
}
