package io.wharf.contracts;

import io.wharf.base.WharfException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression of a client, searched for in names. It goes through a name once with all that may match side by side
 * (as Go's do, whose syntax it has), so that no expression costs more than its length for each character; Java's own goes
 * back and tries again, which can take for ever.
 *
 * <p>Single characters and classes are left to Java; what holds them together is compiled to a program of few steps.
 */
final class NameExpression {
    /** Characters of an expression, and steps of its program; one that needs more is refused. */
    private static final int LONGEST = 2000;

    private static final int SHOWN = 100;
    private static final String SPECIAL = "\\.+*?()|[]{}^$";

    /** What a step does. */
    enum Kind {
        /** Takes a character, and goes on at the next step. */
        TAKE,
        /** Goes on at both. */
        SPLIT,
        START,
        END,
        WORD_EDGE,
        NO_WORD_EDGE,
        FOUND
    }

    private record Step(Kind kind, int literal, @Nullable Pattern charset, int next, int other) {
        boolean takes(int character) {
            return charset == null
                    ? character == literal
                    : charset.matcher(Character.toString(character)).matches();
        }
    }

    private final String text;
    private final List<Step> steps = new ArrayList<>();
    private final int start;
    private int visits;

    private NameExpression(String text) {
        this.text = text;
        if (text.length() > LONGEST) {
            throw tooLarge();
        }
        start = compile(ReadNameExpression.of(text), step(Kind.FOUND, 0, 0));
    }

    /** Reads an expression: IllegalArgumentException where it is none, INVALID_ARGUMENT where it is too much of one. */
    static NameExpression of(String text) {
        return new NameExpression(text);
    }

    /** Whether a text has nothing that makes it more than itself. */
    static boolean isLiteral(String text) {
        return text.chars().noneMatch(character -> SPECIAL.indexOf(character) >= 0);
    }

    boolean finds(String name) {
        int[] characters = name.codePoints().toArray();
        // Each step is gone through once, and so there are never more open than twice their number.
        int[] open = new int[2 * steps.size() + 1];
        States now = new States(steps.size());
        for (int i = 0; ; i++) {
            // It may begin anywhere.
            if (reach(now, start, characters, i, open)) {
                return true;
            }
            if (i == characters.length) {
                return false;
            }
            States then = new States(steps.size());
            for (int s = 0; s < now.count; s++) {
                Step step = steps.get(now.members[s]);
                if (step.kind == Kind.TAKE
                        && step.takes(characters[i])
                        && reach(then, step.next, characters, i + 1, open)) {
                    return true;
                }
            }
            now = then;
        }
    }

    /** Adds a step and all that follows without a character; true where that is the end. */
    private boolean reach(States states, int first, int[] characters, int i, int[] open) {
        int count = 0;
        open[count++] = first;
        while (count > 0) {
            int index = open[--count];
            if (!states.add(index)) {
                continue;
            }
            Step step = steps.get(index);
            boolean on = switch (step.kind) {
                case FOUND, TAKE -> false;
                case SPLIT -> true;
                case START -> i == 0;
                case END -> i == characters.length;
                case WORD_EDGE -> word(characters, i - 1) != word(characters, i);
                case NO_WORD_EDGE -> word(characters, i - 1) == word(characters, i);
            };
            if (step.kind == Kind.FOUND) {
                return true;
            }
            if (on && !states.has(step.next)) {
                open[count++] = step.next;
            }
            if (step.kind == Kind.SPLIT && !states.has(step.other)) {
                open[count++] = step.other;
            }
        }
        return false;
    }

    private static boolean word(int[] characters, int i) {
        if (i < 0 || i >= characters.length) {
            return false;
        }
        int character = characters[i];
        return character < 128 && (Character.isLetterOrDigit(character) || character == '_');
    }

    private static final class States {
        private final boolean[] present;
        private final int[] members;
        private int count;

        States(int steps) {
            present = new boolean[steps];
            members = new int[steps];
        }

        boolean has(int step) {
            return present[step];
        }

        boolean add(int step) {
            if (present[step]) {
                return false;
            }
            present[step] = true;
            members[count++] = step;
            return true;
        }
    }

    private WharfException tooLarge() {
        return WharfException.invalid("invalid filter: the regular expression is too large: "
                + text.substring(0, Math.min(text.length(), SHOWN)));
    }

    private int step(Kind kind, int next, int other) {
        steps.add(new Step(kind, 0, null, next, other));
        return steps.size() - 1;
    }

    private int compile(NamePart node, int next) {
        // What takes nothing may be repeated too.
        if (++visits > LONGEST) {
            throw tooLarge();
        }
        return switch (node) {
            case NamePart.One(int literal, Pattern charset) -> {
                steps.add(new Step(Kind.TAKE, literal, charset, next, next));
                yield steps.size() - 1;
            }
            case NamePart.Edge(Kind kind) -> step(kind, next, next);
            case NamePart.Chain(List<NamePart> parts) -> {
                int then = next;
                for (NamePart part : parts.reversed()) {
                    then = compile(part, then);
                }
                yield then;
            }
            case NamePart.Either(List<NamePart> choices) -> {
                int first = compile(choices.getLast(), next);
                for (NamePart choice : choices.reversed().subList(1, choices.size())) {
                    first = step(Kind.SPLIT, compile(choice, next), first);
                }
                yield first;
            }
            case NamePart.Repeat(NamePart part, int least, int most) -> {
                int then = most < 0 ? loop(part, next) : next;
                for (int i = least; i < most; i++) {
                    then = step(Kind.SPLIT, compile(part, then), next);
                }
                for (int i = 0; i < least; i++) {
                    then = compile(part, then);
                }
                yield then;
            }
        };
    }

    private int loop(NamePart part, int next) {
        int again = step(Kind.SPLIT, next, next);
        steps.set(again, new Step(Kind.SPLIT, 0, null, compile(part, again), next));
        return again;
    }
}
