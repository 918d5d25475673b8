package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadQueryTest {
    @ParameterizedTest
    @CsvSource({
        "0,false",
        "no,false",
        "False,false",
        "none,false",
        "'',false",
        "1,true",
        "true,true",
        "True,true",
        "x,true"
    })
    void flag_readsAsGoClientsWrite(String value, boolean expected) {
        assertThat(query("ContainerList", "/containers/json?all=" + value).flag("all"))
                .isEqualTo(expected);
    }

    @Test
    void flag_absent_isTheDefault() {
        assertThat(query("ImageCommit", "/commit").flag("pause", true)).isTrue();
        assertThat(query("ImageCommit", "/commit?pause=0").flag("pause", true)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'',", "7,7", "%2B7,7", "-7,-7", "9999999999,2147483647"})
    void number_ofMoreBits_isTheLargest(String value, Integer expected) {
        assertThat(query("ContainerList", "/containers/json?limit=" + value).number("limit"))
                .isEqualTo(expected);
    }

    @Test
    void text_undeclared_isAFault() {
        assertThatThrownBy(() -> query("ContainerList", "/containers/json?x=1").text("x"))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void texts_repeated_keepsOrderAndSemicolons() {
        assertThat(query("ImageCommit", "/commit?changes=ENV%20a%3Db;c&changes=CMD+x")
                        .texts("changes"))
                .containsExactly("ENV a=b;c", "CMD x");
    }

    @Test
    void filters_bothForms_readAlike() {
        Map<String, List<String>> wanted = Map.of("name", List.of("a"), "label", List.of("x=y"));

        assertThat(ReadFilters.read("{\"name\":[\"a\"],\"label\":[\"x=y\"]}", Set.of())
                        .values())
                .isEqualTo(wanted);
        assertThat(ReadFilters.read("{\"name\":{\"a\":true},\"label\":{\"x=y\":true}}", Set.of())
                        .values())
                .isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"name\":1}", "{\"nome\":[\"a\"]}"})
    void filters_bad_areRefused(String text) {
        assertThatThrownBy(() -> ReadFilters.read(text, Set.of("name")))
                .isInstanceOf(WharfException.class)
                .hasMessageStartingWith("invalid filter");
    }

    @Test
    void timestamps_secondsAndNanos() {
        assertThat(Timestamps.nanos("1136073600.000000001", 0)).isEqualTo(1136073600000000001L);
        assertThat(Timestamps.nanos("1136073600", 0)).isEqualTo(1136073600000000000L);
        assertThat(Timestamps.nanos("2006-01-01T00:00:00Z", 0)).isEqualTo(1136073600000000000L);
        assertThatThrownBy(() -> Timestamps.nanos("soon", 0)).isInstanceOf(WharfException.class);
    }

    @Test
    void version_outOfRange_isRefusedInDockersWords() {
        assertThatThrownBy(() -> ApiVersion.parse("1.10").checked("1.10"))
                .hasMessage("client version 1.10 is too old. Minimum supported API version is 1.24,"
                        + " please upgrade your client to a newer version");
        assertThatThrownBy(() -> ApiVersion.parse("1.99").checked("1.99"))
                .hasMessage("client version 1.99 is too new. Maximum supported API version is 1.56");
        assertThat(ApiVersion.parse("1.41").checked("1.41").atLeast(42)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ==", "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ"})
    void registryAuth_isReadWithAndWithoutPadding(String header) {
        assertThat(RegistryAuthHeader.read(header))
                .satisfies(auth -> assertThat(auth.username()).isEqualTo("u"));
        assertThat(RegistryAuthHeader.read("e30=")).isNull();
        assertThat(RegistryAuthHeader.read("%%%")).isNull();
    }

    private static Query query(String id, String uri) {
        Operation operation = Contract.operations().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
        return new Query(operation, uri);
    }
}
