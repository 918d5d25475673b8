package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import io.wharf.openapi.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract and its page, as the front serves them. */
class ContractOperationsTest {
    private static final Set<String> REFUSED_ANYWAY = Set.of("SwarmInit", "SwarmJoin");

    private static ApiUnderTest api;

    @BeforeAll
    static void open() throws Exception {
        api = new ApiUnderTest();
    }

    @AfterAll
    static void close() throws Exception {
        api.close();
    }

    private static String ask(String request) throws Exception {
        return RawClient.ask(api.socket, request + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/wharf/v1/openapi.json", "/v1.44/wharf/v1/openapi.json"})
    void json_isTheContract(String path) throws Exception {
        assertThat(body(ask("GET " + path))).isEqualTo(new String(Contract.document(), StandardCharsets.UTF_8));
    }

    @Test
    void yaml_isTheContract() throws Exception {
        String answer = ask("GET /wharf/v1/openapi.yaml");
        assertThat(answer.toLowerCase(Locale.ROOT)).contains("content-type: application/yaml\r\n");
        assertThat(body(answer)).startsWith("openapi: 3.1.0\n");
    }

    @ParameterizedTest
    @EnumSource(Page.class)
    void file_ofThePage_isServedWithItsTypeAndNoWayOutside(Page page) throws Exception {
        String answer = ask("GET /wharf/v1/docs/" + page.file());
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("content-type: " + page.contentType() + "\r\n")
                .contains("content-security-policy: default-src 'none'; script-src 'self';")
                .contains("x-content-type-options: nosniff\r\n");
        String head = ask("HEAD /wharf/v1/docs/" + page.file());
        assertThat(head.toLowerCase(Locale.ROOT)).contains("content-length: " + page.read().length + "\r\n");
        assertThat(body(head)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/wharf/v1/docs/none.js",
                "/wharf/v1/docs/..%2Froutes.tsv",
                "/wharf/v1/docs/../routes.tsv",
                "/wharf/v1/docs/pages/index.html",
                "/wharf/v1/docs/START",
            })
    void file_thatIsNotOfThePage_isNotFound(String path) throws Exception {
        assertThat(ask("GET " + path)).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void folder_leadsToThePage() throws Exception {
        assertThat(ask("GET /wharf/v1/docs").toLowerCase(Locale.ROOT))
                .startsWith("http/1.1 301 ")
                .contains("location: docs/\r\n");
        assertThat(body(ask("GET /wharf/v1/docs/"))).isEqualTo(new String(Page.INDEX.read(), StandardCharsets.UTF_8));
    }

    @Test
    void since_ofAnOperation_isTheContracts() {
        Operation update = Contract.operations().stream()
                .filter(operation -> operation.id().equals("VolumeUpdate"))
                .findAny()
                .orElseThrow();
        Since.check(update, ApiVersion.parse("1.42"));
        assertThatThrownBy(() -> Since.check(update, ApiVersion.parse("1.41")))
                .hasMessage("PUT /volumes/{name} requires minimum API version 1.42");
    }

    /** Operations that need a body say so in words, whichever they are. */
    @ParameterizedTest
    @MethodSource("needBodies")
    void body_thatIsMissing_isRefused(String method, String path) throws Exception {
        String answer = ask(method + " " + path + "?name=x&to=x&snapshot=x");
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertThat(body(answer)).startsWith("{\"message\":");
    }

    static Stream<Arguments> needBodies() throws IOException {
        JsonNode paths = Json.MAPPER.readTree(Contract.document()).path("paths");
        return Contract.operations().stream()
                .filter(operation -> operation.availability() == Operation.Availability.SERVED)
                .filter(operation -> operation.body() == Operation.Body.JSON)
                .filter(operation -> !REFUSED_ANYWAY.contains(operation.id()))
                .map(operation ->
                        Arguments.of(operation.method(), operation.path().replace("+}", "}")))
                .filter(one -> paths.path((String) one.get()[1])
                        .path(((String) one.get()[0]).toLowerCase(Locale.ROOT))
                        .at("/requestBody/required")
                        .asBoolean())
                .map(one -> Arguments.of(one.get()[0], ((String) one.get()[1]).replaceAll("[{}]", "")));
    }
}
