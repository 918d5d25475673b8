package io.wharf.images.spec;

import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Splits a line at blanks that are neither quoted nor escaped, takes the quotes off and puts values for variables. */
final class Words {
    private final String line;
    private final Function<String, String> values;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean open;

    private Words(String line, Function<String, String> values) {
        this.line = line;
        this.values = values;
    }

    /**
     * The words of a line.
     *
     * @param values of {@code $NAME}, {@code ${NAME}}, {@code ${NAME:-otherwise}} and {@code ${NAME:+instead}}, empty for an
     *     unknown name; single quotes and backslashes keep them as they are
     */
    static List<String> split(String line, Function<String, String> values) {
        Words words = new Words(line, values);
        words.run();
        return words.words;
    }

    private void run() {
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                add(line.charAt(++i));
            } else if (c == '$' && quote != '\'') {
                i = variable(i);
            } else if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                open = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                end();
            } else {
                add(c);
            }
        }
        end();
    }

    private void add(char c) {
        word.append(c);
        open = true;
    }

    private void end() {
        if (open) {
            words.add(word.toString());
            word.setLength(0);
            open = false;
        }
    }

    /** Puts the value of the variable whose dollar stands here; the index of its last character. */
    private int variable(int dollar) {
        int from = dollar + 1;
        boolean braces = from < line.length() && line.charAt(from) == '{';
        int end = braces ? ++from : from;
        while (end < line.length() && (line.charAt(end) == '_' || Character.isLetterOrDigit(line.charAt(end)))) {
            end++;
        }
        int close = braces ? line.indexOf('}', end) : end;
        if (end == from || close < 0) {
            if (braces) {
                throw WharfException.invalid("failed to process \"" + line + "\": syntax error: missing '}' or a name");
            }
            add('$');
            return dollar;
        }
        String value = values.apply(line.substring(from, end));
        String modifier = line.substring(end, close);
        if (modifier.startsWith(":-")) {
            value = value.isEmpty() ? modifier.substring(2) : value;
        } else if (modifier.startsWith(":+")) {
            value = value.isEmpty() ? "" : modifier.substring(2);
        } else if (!modifier.isEmpty()) {
            throw WharfException.invalid(
                    "failed to process \"" + line + "\": unsupported modifier (" + modifier + ") in substitution");
        }
        word.append(value);
        open = true;
        return braces ? close : end - 1;
    }
}
