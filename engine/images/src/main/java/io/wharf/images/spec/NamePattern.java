package io.wharf.images.spec;

import io.wharf.base.WharfException;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A shell pattern for names, as Go's {@code path.Match} reads it: {@code *} and {@code ?} stop at a slash, classes in
 * brackets may be negated by {@code ^}, a backslash takes the next character as it is.
 */
public record NamePattern(Pattern regex) {

    public static NamePattern of(String text) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '*' -> regex.append("[^/]*");
                case '?' -> regex.append("[^/]");
                case '[' -> i = bracket(text, i, regex);
                case '\\' -> regex.append(quoted(text, ++i));
                default -> regex.append(quoted(text, i));
            }
        }
        try {
            return new NamePattern(Pattern.compile(regex.toString()));
        } catch (PatternSyntaxException e) {
            throw bad();
        }
    }

    /** Whether one of the forms of a name fits: with and without the default registry, with and without the tag. */
    public boolean fits(Reference name) {
        return fits(name.familiar()) || fits(name.familiarName()) || fits(name.full()) || fits(name.name());
    }

    private boolean fits(String text) {
        return regex.matcher(text).matches();
    }

    /** Writes the class that opens here; the index of its last character. */
    private static int bracket(String text, int open, StringBuilder regex) {
        int i = open + 1;
        regex.append('[');
        if (i < text.length() && text.charAt(i) == '^') {
            regex.append('^');
            i++;
        }
        int first = i;
        while (i < text.length() && (text.charAt(i) != ']' || i == first)) {
            char c = text.charAt(i);
            if (c == '-' && i > first) {
                regex.append('-');
            } else if (c == ']' || (c == '-' && i == first)) {
                throw bad();
            } else {
                regex.append(escaped(text, c == '\\' ? ++i : i));
            }
            i++;
        }
        if (i >= text.length()) {
            throw bad();
        }
        regex.append(']');
        return i;
    }

    private static String escaped(String text, int at) {
        if (at >= text.length()) {
            throw bad();
        }
        char c = text.charAt(at);
        return Character.isLetterOrDigit(c) ? String.valueOf(c) : "\\" + c;
    }

    private static String quoted(String text, int at) {
        return escaped(text, at);
    }

    private static WharfException bad() {
        return WharfException.invalid("syntax error in pattern");
    }
}
