package io.wharf.contracts;

import io.wharf.contracts.NameExpression.Kind;
import io.wharf.contracts.NamePart.Chain;
import io.wharf.contracts.NamePart.Edge;
import io.wharf.contracts.NamePart.Either;
import io.wharf.contracts.NamePart.One;
import io.wharf.contracts.NamePart.Repeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads a {@link NameExpression} in Go's syntax. Classes of characters are put into Java's words and left to it. */
final class ReadNameExpression {
    private static final int DEEPEST = 100;
    private static final int MOST_REPEATS = 1000;
    private static final Map<String, String> CLASSES = Map.of(
            "alpha",
            "\\p{Alpha}",
            "digit",
            "\\p{Digit}",
            "alnum",
            "\\p{Alnum}",
            "upper",
            "\\p{Upper}",
            "lower",
            "\\p{Lower}",
            "word",
            "\\w",
            "xdigit",
            "\\p{XDigit}",
            "punct",
            "\\p{Punct}",
            "space",
            "\\s",
            "blank",
            "[ \\t]");

    private final String text;
    private int at;
    private boolean caseless;

    private ReadNameExpression(String text) {
        this.text = text;
    }

    /** The whole; PatternSyntaxException where there is none. */
    static NamePart of(String text) {
        ReadNameExpression reading = new ReadNameExpression(text);
        NamePart whole = reading.either(0);
        if (reading.at < text.length()) {
            throw reading.wrong();
        }
        return whole;
    }

    private NamePart either(int depth) {
        if (depth > DEEPEST) {
            throw wrong();
        }
        List<NamePart> choices = new ArrayList<>();
        do {
            choices.add(chain(depth));
        } while (skip("|"));
        return choices.size() == 1 ? choices.getFirst() : new Either(choices);
    }

    private NamePart chain(int depth) {
        List<NamePart> parts = new ArrayList<>();
        while (at < text.length() && !peek("|") && !peek(")")) {
            if (skip("\\Q")) {
                int end = text.indexOf("\\E", at);
                String quoted = text.substring(at, end < 0 ? text.length() : end);
                quoted.codePoints().forEach(character -> parts.add(literal(character)));
                at = end < 0 ? text.length() : end + 2;
            } else {
                NamePart part = part(depth);
                if (part != null) {
                    parts.add(repeated(part));
                }
            }
        }
        return new Chain(parts);
    }

    /** One part without what says how often; null for flags. */
    private @Nullable NamePart part(int depth) {
        if (skip("(")) {
            boolean outside = caseless;
            if (skip("?P<") || skip("?<")) {
                int end = text.indexOf('>', at);
                if (end < 0 || !text.substring(at, end).matches("\\w+")) {
                    throw wrong();
                }
                at = end + 1;
            } else if (skip("?") && !flags()) {
                return null;
            }
            NamePart inner = either(depth + 1);
            if (!skip(")")) {
                throw wrong();
            }
            caseless = outside;
            return inner;
        }
        if (skip("^") || skip("\\A")) {
            return new Edge(Kind.START);
        }
        if (skip("$") || skip("\\z")) {
            return new Edge(Kind.END);
        }
        if (skip("\\b")) {
            return new Edge(Kind.WORD_EDGE);
        }
        if (skip("\\B")) {
            return new Edge(Kind.NO_WORD_EDGE);
        }
        if (peek("*") || peek("+") || peek("?")) {
            throw wrong();
        }
        int begin = at;
        int character = text.codePointAt(at);
        if (character == '[') {
            return new One(0, compiled(charset()));
        }
        if (character == '\\') {
            skipEscape();
        } else {
            at += Character.charCount(character);
        }
        return character == '.' || character == '\\'
                ? new One(0, compiled(text.substring(begin, at)))
                : literal(character);
    }

    private NamePart literal(int character) {
        return caseless ? new One(0, compiled(Pattern.quote(Character.toString(character)))) : new One(character, null);
    }

    private Pattern compiled(String one) {
        return Pattern.compile(one, caseless ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0);
    }

    /** After {@code (?}: whether a group follows the flags. Only that of the case makes a difference in a name. */
    private boolean flags() {
        boolean on = true;
        while (at < text.length()) {
            char flag = text.charAt(at++);
            switch (flag) {
                case 'i' -> caseless = on;
                case 'm', 's', 'U' -> {}
                case '-' -> on = false;
                case ':' -> {
                    return true;
                }
                case ')' -> {
                    return false;
                }
                default -> throw wrong();
            }
        }
        throw wrong();
    }

    /** A class in Java's form, in which a bracket begins another class, and two ampersands what both have. */
    private String charset() {
        StringBuilder java = new StringBuilder("[");
        at++;
        if (skip("^")) {
            java.append('^');
        }
        boolean first = true;
        while (first || !peek("]")) {
            first = false;
            int begin = at;
            if (at >= text.length()) {
                throw wrong();
            } else if (peek("\\")) {
                skipEscape();
                java.append(text, begin, at);
            } else if (skip("[:")) {
                int end = text.indexOf(":]", at);
                if (end < 0) {
                    throw wrong();
                }
                String name = text.substring(at, end);
                at = end + 2;
                java.append(CLASSES.getOrDefault(name, "\\p{No such}"));
            } else {
                if ("[]&^".indexOf(text.charAt(at)) >= 0) {
                    java.append('\\');
                }
                java.append(text.charAt(at++));
            }
        }
        at++;
        return java.append(']').toString();
    }

    private void skipEscape() {
        if (at + 1 >= text.length()) {
            throw wrong();
        }
        char what = text.charAt(at + 1);
        at += 2;
        if (what == 'p' || what == 'P' || what == 'x') {
            if (skip("{")) {
                at = text.indexOf('}', at) + 1;
                if (at == 0) {
                    throw wrong();
                }
            } else {
                at = Math.min(text.length(), at + (what == 'x' ? 2 : 1));
            }
        } else if (Character.isLetterOrDigit(what) && "dDsSwWafnrtv".indexOf(what) < 0) {
            // Go has no more, and no way back to a group.
            throw wrong();
        }
    }

    private NamePart repeated(NamePart part) {
        NamePart whole = part;
        while (at < text.length()) {
            if (skip("*")) {
                whole = new Repeat(whole, 0, -1);
            } else if (skip("+")) {
                whole = new Repeat(whole, 1, -1);
            } else if (skip("?")) {
                whole = new Repeat(whole, 0, 1);
            } else {
                Repeat counted = counted(whole);
                if (counted == null) {
                    break;
                }
                whole = counted;
            }
            // As few as will do or as many as there are: it is found all the same.
            skip("?");
            if (peek("*") || peek("+") || peek("?")) {
                throw wrong();
            }
        }
        return whole;
    }

    /** A number of times in braces; null where the brace is one of the text. */
    private @Nullable Repeat counted(NamePart part) {
        int end = peek("{") ? text.indexOf('}', at) : -1;
        if (end < 0 || !text.substring(at + 1, end).matches("[0-9]{1,4}(,[0-9]{0,4})?")) {
            return null;
        }
        String[] bounds = text.substring(at + 1, end).split(",", -1);
        int least = Integer.parseInt(bounds[0]);
        int most = bounds.length == 1 ? least : bounds[1].isEmpty() ? -1 : Integer.parseInt(bounds[1]);
        if (least > MOST_REPEATS || most > MOST_REPEATS || (most >= 0 && most < least)) {
            throw wrong();
        }
        at = end + 1;
        return new Repeat(part, least, most);
    }

    private boolean peek(String what) {
        return text.startsWith(what, at);
    }

    private boolean skip(String what) {
        boolean here = peek(what);
        at += here ? what.length() : 0;
        return here;
    }

    private PatternSyntaxException wrong() {
        return new PatternSyntaxException("no regular expression", text, at);
    }
}
