package io.wharf.contracts;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a {@link NameExpression} is put together from. */
sealed interface NamePart {
    /** A character, or one of a class where there is one. */
    record One(int literal, @Nullable Pattern charset) implements NamePart {}

    /** A place between characters. */
    record Edge(NameExpression.Kind kind) implements NamePart {}

    record Chain(List<NamePart> parts) implements NamePart {}

    record Either(List<NamePart> choices) implements NamePart {}

    /** So many times; {@code most} is -1 for any number. */
    record Repeat(NamePart part, int least, int most) implements NamePart {}
}
