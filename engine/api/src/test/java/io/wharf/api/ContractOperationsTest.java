package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import io.wharf.openapi.Page;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract and its page, as the front serves them. */
class ContractOperationsTest {
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
    void since_ofEachOperation_isTheContracts() throws Exception {
        JsonNode paths = Json.MAPPER.readTree(Contract.document()).path("paths");
        for (Operation operation : Contract.operations()) {
            JsonNode told = paths.path(operation.path().replace("+}", "}"))
                    .path(operation.method().toLowerCase(Locale.ROOT));
            int minor =
                    Integer.parseInt(told.path("x-wharf-since").asText("1.24").substring(2));
            Since.check(operation, ApiVersion.parse("1." + minor));
            if (minor > 24) {
                assertThat(catchThrowable(() -> Since.check(operation, ApiVersion.parse("1." + (minor - 1)))))
                        .as(operation.id())
                        .isNotNull();
            }
        }
    }
}
