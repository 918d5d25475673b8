package io.wharf.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What the build made: the document in both forms, and the page. */
class DocumentTest {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href|url:) ?=?\"([^\"]+)\"");

    /** A second opinion, with the schema that the OpenAPI Initiative gives out for 3.1. */
    @Test
    void document_isOpenApi() {
        OutputUnit judged = judged(document -> {});
        assertThat(judged.getErrors()).as(judged.toJson()::encode).isNullOrEmpty();
        assertThat(judged.getValid()).isTrue();
    }

    /** So that the opinion above is worth something. */
    @Test
    void document_withAMistake_isNot() {
        assertThat(judged(document -> document.getJsonObject("paths")
                                .getJsonObject("/info")
                                .getJsonObject("get")
                                .put("responses", 1))
                        .getErrors())
                .isNotEmpty();
    }

    private static OutputUnit judged(Consumer<JsonObject> change) {
        Vertx vertx = Vertx.vertx();
        try {
            JsonObject document = new JsonObject(new String(Contract.document(), StandardCharsets.UTF_8));
            change.accept(document);
            return await(OpenAPIVersion.V3_1
                    .getRepository(vertx, "http://localhost/")
                    .compose(schemas -> OpenAPIVersion.V3_1.validateContract(vertx, schemas, document)));
        } finally {
            await(vertx.close());
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void yaml_saysTheSame() throws Exception {
        ObjectMapper json = new ObjectMapper();
        Object yaml = new Yaml().load(new String(Contract.yaml(), StandardCharsets.UTF_8));
        assertThat(json.readTree(json.writeValueAsBytes(yaml))).isEqualTo(json.readTree(Contract.document()));
    }

    @Test
    void page_namesNothingThatIsNotPacked() {
        for (Page page : new Page[] {Page.INDEX, Page.START}) {
            Matcher found = REFERENCE.matcher(new String(page.read(), StandardCharsets.UTF_8));
            while (found.find()) {
                String reference = found.group(1);
                assertThat(reference.startsWith("../openapi.")
                                || Page.of(reference).isPresent())
                        .as(reference)
                        .isTrue();
            }
        }
        assertThat(new String(Page.STYLE.read(), StandardCharsets.UTF_8)).doesNotContain("sourceMappingURL");
    }

    @Test
    void rules_areOfParametersThatTheOperationsHave() {
        Map<String, List<QueryRule>> rules = Contract.queryRules();
        assertThat(rules).isNotEmpty();
        rules.forEach((id, all) -> assertThat(Contract.operations())
                .filteredOn(operation -> operation.id().equals(id))
                .singleElement()
                .satisfies(operation -> assertThat(operation.query().keySet())
                        .containsAll(all.stream().map(QueryRule::parameter).toList())));
    }
}
