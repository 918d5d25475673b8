package io.wharf.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class FiltersTest {
    private static final List<String> NAMES =
            List.of("", "web", "web-1", "web_12", "/web", "aaab", "a.b", "Web", "]x", "deadbeef0123", "a{b", "grün");

    /** Java goes another way and comes to the same. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "web",
                "^web$",
                "^/?web",
                "we?b+",
                "(web|a)",
                "a*b",
                "^(a|b)*$",
                "a{2,}",
                "a{3}b",
                "a{0,2}b$",
                "[a-c]+$",
                "[^a-z]",
                "\\d+",
                "^\\w+$",
                "\\.",
                ".",
                "^$",
                "",
                "web-[0-9]",
                "(?i)WEB",
                "(?i:w)EB",
                "(?i:W)eb",
                "((?i)W)eb",
                "\\bb",
                "b\\B",
                "a||b",
                "()",
                "(|)*x",
                "(a*)*b",
                "(?:x|we)b",
                "\\Qa.b\\E",
                "a+?",
                "\\x61",
                "\\p{L}{4}$",
                "gr.n",
                "\\Aa",
                "b\\z"
            })
    void finds_whatTheExpressionSays(String wanted) {
        for (String name : NAMES) {
            assertThat(Filters.finds(wanted, name))
                    .as(wanted + " in " + name)
                    .isEqualTo(Pattern.compile(wanted).matcher(name).find());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"(", "a)", "[a", "*", "a**", "\\", "(?=a)", "(a)\\1", "a{2,1}", "a{1001}", "(?<a", "\\p{", "(?z)"
            })
    void finds_whatIsNoExpression_onlyAsItIs(String wanted) {
        assertThat(Filters.finds(wanted, "aaaa")).isFalse();
        assertThat(Filters.finds(wanted, wanted)).isTrue();
    }

    @Test
    void finds_takesClassesAsGoHasThem() {
        assertThat(Filters.finds("^[[:alpha:]]+$", "web")).isTrue();
        assertThat(Filters.finds("^[^[:digit:]_]+$", "web_1")).isFalse();
        assertThat(Filters.finds("^[[a]$", "[")).isTrue();
        assertThat(Filters.finds("^[a-z&&b]$", "c")).isTrue();
        assertThat(Filters.finds("[[:none:]]", "a")).isFalse();
    }

    /** An expression that goes back and forth would keep an event loop for years. */
    @Test
    void finds_takesNoLongerThanTheExpressionIs() {
        assertThat(Filters.finds("^(a+)+$", "a".repeat(5000) + "b")).isFalse();
        assertThat(Filters.finds("(a|aa)*$(a|a)", "a".repeat(5000))).isFalse();
        assertThat(Filters.finds("(|)".repeat(200) + "\\zx", "abcd")).isFalse();
        assertThat(Filters.finds("(".repeat(1_500), "abcd")).isFalse();
        assertThatThrownBy(() -> Filters.finds("((a{100}){100}){100}", "a")).hasMessageContaining("too large");
        assertThatThrownBy(() -> Filters.finds("(((){1000}){1000}){1000}", "a")).hasMessageContaining("too large");
    }
}
