package io.wharf.logs;

import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The {@code tag} option: a template of Go's {@code text/template} over the container that speaks.
 *
 * <p>Understood are text, comments, trim markers, pipelines, parentheses, literals, fields, {@code if}, {@code with} and
 * {@code else}, and the functions of {@link TagFunctions}. Variables, {@code range}, {@code define}, {@code template} and
 * {@code block} are refused by name: a tag has no use for them.
 */
final class TagTemplate {
    /** What a tag is where none is given: the short id. */
    static final String DEFAULT = "{{.ID}}";

    /** A piece that writes itself; {@code dot} is the container, or what {@code with} chose. */
    @FunctionalInterface
    interface Piece {
        void write(Object dot, StringBuilder out);
    }

    private static final Set<String> REFUSED = Set.of("range", "define", "template", "block", "break", "continue");

    private final List<Piece> pieces;

    private TagTemplate(List<Piece> pieces) {
        this.pieces = pieces;
    }

    /** Reads a template, an empty one as the default; INVALID_ARGUMENT with Go's words where it cannot be read. */
    static TagTemplate parse(String text) {
        var reader = new Reader(text.isEmpty() ? DEFAULT : text);
        var pieces = new ArrayList<Piece>();
        var end = reader.list(pieces, 0);
        if (!end.isEmpty()) {
            throw invalid("unexpected {{" + end + "}}");
        }
        return new TagTemplate(List.copyOf(pieces));
    }

    /** The tag of a container; the default one where the template does not fit it, for its messages must go on. */
    static String of(LogSource source) {
        try {
            return parse(source.options().getOrDefault("tag", "")).render(source);
        } catch (WharfException unfit) {
            return TagFunctions.shortId(source.id());
        }
    }

    String render(LogSource source) {
        var out = new StringBuilder();
        pieces.forEach(piece -> piece.write(source, out));
        return out.toString();
    }

    static WharfException invalid(String reason) {
        return WharfException.invalid("template: log-tag:1: " + reason);
    }

    /** Cuts the text into actions and what is between them. */
    private static final class Reader {
        private final String text;
        private int at;
        private boolean trimNext;
        /** How many {@code with} are open: within one, dot may be anything. */
        private int withs;

        Reader(String text) {
            this.text = text;
        }

        /**
         * Reads pieces up to the end of the text or an action that ends a list.
         *
         * @param depth how many {@code with} and {@code if} are open
         * @return the action that ended the list: {@code end}, {@code else}, {@code else if …}; empty at the end of text
         */
        String list(List<Piece> into, int depth) {
            while (at < text.length()) {
                var open = text.indexOf("{{", at);
                var plain = text.substring(at, open < 0 ? text.length() : open);
                if (trimNext) {
                    plain = plain.stripLeading();
                    trimNext = false;
                }
                if (open < 0) {
                    at = text.length();
                    addText(into, plain);
                    break;
                }
                var close = closing(open + 2);
                var action = text.substring(open + 2, close);
                at = close + 2;
                if (action.startsWith("-") && action.length() > 1 && Character.isWhitespace(action.charAt(1))) {
                    plain = plain.stripTrailing();
                    action = action.substring(1);
                }
                if (action.endsWith("-")
                        && action.length() > 1
                        && Character.isWhitespace(action.charAt(action.length() - 2))) {
                    trimNext = true;
                    action = action.substring(0, action.length() - 1);
                }
                addText(into, plain);
                action = action.strip();
                if (action.equals("end") || action.equals("else") || action.startsWith("else ")) {
                    return action;
                }
                if (!(action.startsWith("/*") && action.endsWith("*/"))) {
                    into.add(action(action, depth));
                }
            }
            if (depth > 0) {
                throw invalid("unexpected EOF");
            }
            return "";
        }

        private static void addText(List<Piece> into, String plain) {
            if (!plain.isEmpty()) {
                into.add((dot, out) -> out.append(plain));
            }
        }

        /** Where the action's closing braces are, those in quotes left aside. */
        private int closing(int from) {
            var quote = '\0';
            for (var i = from; i + 1 < text.length(); i++) {
                var c = text.charAt(i);
                if (quote != '\0') {
                    if (c == '\\' && quote == '"') {
                        i++;
                    } else if (c == quote) {
                        quote = '\0';
                    }
                } else if (c == '"' || c == '`') {
                    quote = c;
                } else if (c == '}' && text.charAt(i + 1) == '}') {
                    return i;
                }
            }
            throw invalid("unclosed action");
        }

        private Piece action(String action, int depth) {
            var word = action.split("\\s", 2)[0];
            if (REFUSED.contains(word) || action.startsWith("$")) {
                throw invalid("{{" + word + "}} is not supported in a tag");
            }
            if (word.equals("if") || word.equals("with")) {
                return choice(
                        word.equals("with"), action.substring(word.length()).strip(), depth);
            }
            var value = TagExpression.parse(action, withs == 0);
            return (dot, out) -> out.append(TagFunctions.show(value.of(dot)));
        }

        private Piece choice(boolean with, String condition, int depth) {
            if (condition.isEmpty()) {
                throw invalid("missing value for " + (with ? "with" : "if"));
            }
            var value = TagExpression.parse(condition, withs == 0);
            var then = new ArrayList<Piece>();
            var otherwise = new ArrayList<Piece>();
            withs += with ? 1 : 0;
            var end = list(then, depth + 1);
            withs -= with ? 1 : 0;
            if (end.startsWith("else ")) {
                var next = end.substring(5).strip();
                var nested = next.startsWith("with ");
                if (!nested && !next.startsWith("if ")) {
                    throw invalid("unexpected {{" + end + "}}");
                }
                otherwise.add(choice(nested, next.substring(nested ? 5 : 3).strip(), depth));
            } else if (end.equals("else")) {
                end = list(otherwise, depth + 1);
                if (!end.equals("end")) {
                    throw invalid("expected end; found {{" + end + "}}");
                }
            }
            return (dot, out) -> {
                var chosen = value.of(dot);
                if (TagFunctions.truth(chosen)) {
                    then.forEach(piece -> piece.write(with ? chosen : dot, out));
                } else {
                    otherwise.forEach(piece -> piece.write(dot, out));
                }
            };
        }
    }
}
