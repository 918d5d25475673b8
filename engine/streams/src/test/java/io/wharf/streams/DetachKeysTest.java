package io.wharf.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DetachKeysTest {
    @Test
    void parse_lists_giveTheirCodes() {
        assertThat(DetachKeys.parse(null).sequence()).containsExactly(16, 17);
        assertThat(DetachKeys.parse("").sequence()).containsExactly(16, 17);
        assertThat(DetachKeys.parse("ctrl-x").sequence()).containsExactly(24);
        assertThat(DetachKeys.parse("a,ctrl-@,ctrl-_,DEL").sequence()).containsExactly('a', 0, 31, 127);
        assertThat(DetachKeys.parse("ctrl-[,ctrl-\\,ctrl-],ctrl-^").sequence()).containsExactly(27, 28, 29, 30);
    }

    @Test
    void parse_unknownKey_isRefusedInDockersWords() {
        for (String keys : new String[] {"ctrl-", "ctrl-1", "ab", "a,,b", ",", "ctrl-A", "é"}) {
            assertThatThrownBy(() -> DetachKeys.parse(keys)).hasMessage("Invalid detach keys (" + keys + ") provided");
        }
        assertThatThrownBy(() -> DetachKeys.parse("xx", "other")).hasMessage("other");
    }

    @Test
    void pass_keysInsideInput_endsBeforeThem() {
        DetachKeys.Filter filter = DetachKeys.DEFAULT.filter();
        assertThat(filter.pass(Buffer.buffer("ab\u0010"))).isEqualTo(Buffer.buffer("ab"));
        assertThat(filter.pass(Buffer.buffer("\u0010c"))).isEqualTo(Buffer.buffer("\u0010\u0010c"));
        assertThat(filter.pass(Buffer.buffer("d\u0010\u0011later"))).isEqualTo(Buffer.buffer("d"));
        assertThat(filter.detached()).isTrue();
        assertThat(filter.pass(Buffer.buffer("x")).length()).isZero();
    }

    @Property
    void pass_anyInputInAnyPieces_equalsSearchInTheWhole(
            @ForAll("texts") String input, @ForAll("keys") String keys, @ForAll("cuts") int cut) {
        DetachKeys.Filter filter =
                DetachKeys.parse(String.join(",", keys.split(""))).filter();
        StringBuilder passed = new StringBuilder();
        for (int at = 0; at < input.length(); at += cut) {
            passed.append(filter.pass(Buffer.buffer(input.substring(at, Math.min(input.length(), at + cut)))));
        }
        passed.append(filter.rest());
        int found = input.indexOf(keys);
        assertThat(filter.detached()).isEqualTo(found >= 0);
        assertThat(passed.toString()).isEqualTo(found < 0 ? input : input.substring(0, found));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("ab").ofMaxLength(40);
    }

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.strings().withChars("ab").ofMinLength(1).ofMaxLength(6);
    }

    @Provide
    Arbitrary<Integer> cuts() {
        return Arbitraries.integers().between(1, 7);
    }
}
