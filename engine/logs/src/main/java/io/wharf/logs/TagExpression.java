package io.wharf.logs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What stands between the braces of a tag: a pipeline of commands, see Go's {@code text/template}. */
@FunctionalInterface
interface TagExpression {
    /** Stands for Go's nil and for a missing entry of a map. */
    Object NOTHING = new Object() {
        @Override
        public String toString() {
            return "<no value>";
        }
    };

    Object of(Object dot);

    /** Reads a pipeline; {@code rooted} says that dot is the container, whose fields are known beforehand. */
    static TagExpression parse(String text, boolean rooted) {
        var parser = new Parser(text, rooted);
        var pipeline = parser.pipeline();
        if (parser.hasNext()) {
            throw TagTemplate.invalid("unexpected " + OptionValues.quoted(parser.peek()) + " in operand");
        }
        return pipeline;
    }

    /** Recursive descent over the tokens. */
    final class Parser {
        private static final Pattern TOKEN = Pattern.compile(
                "\\s+|\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|-?\\d+|\\.?[A-Za-z_]\\w*|[().|]|.", Pattern.DOTALL);

        private final List<String> tokens = new ArrayList<>();
        private final boolean rooted;
        private int at;

        Parser(String text, boolean rooted) {
            this.rooted = rooted;
            var matcher = TOKEN.matcher(text);
            while (matcher.find()) {
                tokens.add(matcher.group());
            }
        }

        boolean hasNext() {
            skipSpace();
            return at < tokens.size();
        }

        String peek() {
            return hasNext() ? tokens.get(at) : "";
        }

        private void skipSpace() {
            while (at < tokens.size() && tokens.get(at).isBlank()) {
                at++;
            }
        }

        /** Each command's value is the last argument of the next one. */
        TagExpression pipeline() {
            var value = command(null);
            while (peek().equals("|")) {
                at++;
                value = command(value);
            }
            return value;
        }

        private TagExpression command(@Nullable TagExpression piped) {
            var first = peek();
            if (first.isEmpty()) {
                throw TagTemplate.invalid("missing value for command");
            }
            var function = Character.isLetter(first.charAt(0)) && !isConstant(first) ? first : "";
            if (!function.isEmpty()) {
                at++;
                if (!TagFunctions.NAMES.contains(function)) {
                    throw TagTemplate.invalid("function " + OptionValues.quoted(function) + " not defined");
                }
            }
            var operands = new ArrayList<TagExpression>();
            while (hasNext() && !peek().equals("|") && !peek().equals(")")) {
                operands.add(operand());
            }
            if (!function.isEmpty()) {
                if (piped != null) {
                    operands.add(piped);
                }
                return dot -> TagFunctions.call(
                        function, operands.stream().map(o -> o.of(dot)).toList());
            }
            // The only method: its one argument renames keys in Go, and can be nothing but nil here.
            var method = first.equals(".ExtraAttributes");
            if (piped != null || operands.size() > (method ? 2 : 1)) {
                throw TagTemplate.invalid("can't give argument to non-function " + first);
            }
            return operands.getFirst();
        }

        private TagExpression operand() {
            var token = peek();
            at++;
            TagExpression value;
            if (token.equals("(")) {
                value = pipeline();
                if (!peek().equals(")")) {
                    throw TagTemplate.invalid("unclosed left paren");
                }
                at++;
            } else if (token.startsWith("\"")) {
                var text = unescaped(token.substring(1, token.length() - 1));
                value = dot -> text;
            } else if (token.startsWith("`") && token.length() > 1) {
                var text = token.substring(1, token.length() - 1);
                value = dot -> text;
            } else if (token.matches("-?\\d{1,18}")) {
                var number = Long.valueOf(token);
                value = dot -> number;
            } else if (token.equals(".")) {
                value = dot -> dot;
            } else if (token.startsWith(".")) {
                var name = token.substring(1);
                if (rooted && !TagFunctions.hasField(name)) {
                    throw TagFunctions.noField(name);
                }
                value = dot -> field(dot, name);
            } else if (isConstant(token)) {
                Object constant = token.equals("nil") ? NOTHING : Boolean.valueOf(token);
                value = dot -> constant;
            } else if (TagFunctions.NAMES.contains(token)) {
                value = dot -> TagFunctions.call(token, List.of());
            } else {
                throw TagTemplate.invalid("unexpected " + OptionValues.quoted(token) + " in operand");
            }
            // Fields of fields follow without a space.
            while (at < tokens.size() && tokens.get(at).matches("\\.[A-Za-z_]\\w*")) {
                var of = value;
                var name = tokens.get(at++).substring(1);
                value = dot -> field(of.of(dot), name);
            }
            return value;
        }

        private static boolean isConstant(String token) {
            return token.equals("true") || token.equals("false") || token.equals("nil");
        }

        private static String unescaped(String text) {
            return text.replace("\\n", "\n")
                    .replace("\\t", "\t")
                    .replace("\\\"", "\"")
                    .replace("\\\\", "\\");
        }

        private static Object field(Object of, String name) {
            if (of instanceof LogSource source) {
                return TagFunctions.field(source, name);
            }
            if (of instanceof Map<?, ?> map) {
                var value = map.get(name);
                return value == null ? NOTHING : value;
            }
            throw TagTemplate.invalid("executing \"log-tag\" at <." + name + ">: can't evaluate field " + name);
        }
    }
}
