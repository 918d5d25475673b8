package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract that the engine gives out, and the page to read and try it. */
@WharfOnly("Docker's engine gives out no contract")
class ContractPageTest {
    private static final String PAGE = "/wharf/v1/docs/";
    /** What a browser follows in a page, in a style sheet, and in our own script. */
    private static final Pattern REFERENCE =
            Pattern.compile("(?:src=\"|href=\"|url: \"|url\\([\"']?|sourceMappingURL=)([^\"')\\s]+)");

    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void page_namesOnlyWhatTheEngineHas() {
        Deque<String> toRead = new ArrayDeque<>(Set.of(PAGE));
        Set<String> read = new LinkedHashSet<>();
        while (!toRead.isEmpty()) {
            String path = toRead.remove();
            if (!read.add(path)) {
                continue;
            }
            Http.Reply reply = rig.http().get(path);
            assertThat(reply.status()).as(path).isEqualTo(200);
            assertThat(reply.header("Content-Type")).as(path).isNotEmpty();
            if (path.startsWith(PAGE)) {
                assertThat(reply.header("Content-Security-Policy")).as(path).startsWith("default-src 'none'");
            }
            // The bundle is Swagger UI's own: what it would fetch is told by our script.
            if (!path.endsWith("bundle.js") && !path.contains("openapi.")) {
                Matcher found = REFERENCE.matcher(reply.body());
                while (found.find()) {
                    if (!found.group(1).startsWith("data:")) {
                        toRead.add(URI.create("http://engine" + path)
                                .resolve(found.group(1))
                                .getPath());
                    }
                }
            }
        }
        assertThat(read)
                .contains(PAGE + "swagger-ui-bundle.js", PAGE + "swagger-ui.css", PAGE + "start.js")
                .contains("/wharf/v1/openapi.json", "/wharf/v1/openapi.yaml");
    }

    @Test
    void contract_triedAsThePageTriesIt_isAnswered() throws Exception {
        JsonNode contract = new ObjectMapper()
                .readTree(rig.http().get("/wharf/v1/openapi.json").body());
        String server = contract.at("/servers/0/url").asText();
        assertThat(server).isEqualTo("/v" + contract.at("/info/version").asText());
        for (String path :
                new String[] {"/_ping", "/info", "/version", "/containers/json", "/images/json", "/networks"}) {
            assertThat(contract.path("paths").has(path)).as(path).isTrue();
            assertThat(rig.http().get(server + path).status()).as(path).isEqualTo(200);
        }
    }

    @Test
    void query_outsideTheContract_isRefusedInDockersWords() {
        Http.Reply reply = rig.http().get("/v1.44/containers/json?limit=many");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("strconv.Atoi: parsing \\\"many\\\": invalid syntax");
        assertThat(rig.http()
                        .get("/v1.44/containers/json?limit=&all=True&colour=red")
                        .status())
                .isEqualTo(200);
    }
}
