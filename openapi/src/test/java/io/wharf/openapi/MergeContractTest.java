package io.wharf.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeContractTest {
    private static final String GOOD = """
            /things/{name}/json:
              get:
                operationId: ThingInspect
                summary: Tell.
                tags: [things]
                parameters:
                  - {name: name, in: path, required: true, x-wharf-greedy: true, description: Which., schema: {type: string}}
                  - {name: size, in: query, description: How much., schema: {type: boolean}}
                responses: {"200": {description: It., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
            """;

    private static final String ROOT = """
            openapi: 3.1.0
            x-wharf-responses: {"500": {$ref: "#/components/responses/Failure"}}
            components: {responses: {Failure: {description: It failed., content: {application/json: {}}}}}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("contract.yaml"), ROOT);
        Files.createDirectories(folder.resolve("paths"));
        Files.createDirectories(folder.resolve("schemas"));
        part("schemas/things", "Thing: {type: object}\n");
    }

    @Test
    void merge_goodParts_yieldsOperations() throws IOException {
        part("paths/things", GOOD);

        assertThat(MergeContract.merge(folder).operations()).singleElement().satisfies(operation -> {
            assertThat(operation.path()).isEqualTo("/things/{name+}/json");
            assertThat(operation.query()).containsEntry("size", Operation.QueryType.BOOLEAN);
            assertThat(Operation.ofLine(operation.line())).isEqualTo(operation);
        });
    }

    @Test
    void merge_referenceToNothing_isRefused() throws IOException {
        part("paths/things", GOOD.replace("schemas/Thing", "schemas/Think"));

        assertThatThrownBy(() -> MergeContract.merge(folder)).hasMessageContaining("#/components/schemas/Think leads");
    }

    @Test
    void merge_operationIdTwice_isRefused() throws IOException {
        part("paths/things", GOOD);
        part("paths/others", GOOD.replace("/things/", "/others/"));

        assertThatThrownBy(() -> MergeContract.merge(folder)).hasMessageContaining("ThingInspect is there twice");
    }

    @Test
    void merge_pathInTwoParts_isRefused() throws IOException {
        part("paths/things", GOOD);
        part("paths/others", GOOD.replace("ThingInspect", "OtherInspect"));

        assertThatThrownBy(() -> MergeContract.merge(folder)).hasMessageContaining("is defined twice");
    }

    @Test
    void merge_parameterThatThePathLacks_isRefused() throws IOException {
        part("paths/things", GOOD.replace("{name}/json", "{id}/json"));

        assertThatThrownBy(() -> MergeContract.merge(folder)).hasMessageContaining("the path names [id]");
    }

    @Test
    void merge_parameterWithoutWords_isRefused() throws IOException {
        part("paths/things", GOOD.replace("description: How much., ", ""));

        assertThatThrownBy(() -> MergeContract.merge(folder)).hasMessageContaining("parameter size is not described");
    }

    @Test
    void merge_commaInWordsWithoutQuotes_isRefused() throws IOException {
        part("paths/things", GOOD.replace("How much.", "How much, and more."));

        assertThatThrownBy(() -> MergeContract.merge(folder)).hasMessageContaining("and more. has no value");
    }

    @Test
    void merge_parametersWithRules_tellThem() throws IOException {
        part(
                "paths/things",
                GOOD.replace(
                        "schema: {type: boolean}}",
                        "x-wharf-since: \"1.44\", required: true, schema: {type: integer, minimum: 1}}\n"
                                + "      - {name: kind, in: query, description: Which., x-wharf-refusal: \"no kind {}\","
                                + " schema: {enum: [a, b]}}\n"
                                + "      - {name: lax, in: query, description: Which., x-wharf-lenient: true,"
                                + " schema: {type: integer}}"));

        List<QueryRule> rules = MergeContract.merge(folder).rules();
        assertThat(rules)
                .containsExactly(
                        new QueryRule(
                                "ThingInspect",
                                "size",
                                true,
                                true,
                                44,
                                1,
                                Long.MAX_VALUE,
                                List.of(),
                                "strconv.Atoi: parsing \"{}\": ",
                                "missing parameter: size"),
                        new QueryRule(
                                "ThingInspect",
                                "kind",
                                false,
                                false,
                                0,
                                Long.MIN_VALUE,
                                Long.MAX_VALUE,
                                List.of("a", "b"),
                                "no kind {}",
                                "missing parameter: kind"));
        assertThat(rules)
                .allSatisfy(rule -> assertThat(QueryRule.ofLine(rule.line())).isEqualTo(rule));
    }

    @Test
    void merge_operationThatCannotFail_isRefused() throws IOException {
        Files.writeString(folder.resolve("contract.yaml"), "openapi: 3.1.0\n");
        part("paths/things", GOOD);

        assertThatThrownBy(() -> MergeContract.merge(folder))
                .hasMessageContaining("GET /things/{name}/json: cannot fail");
    }

    @Test
    void merge_replyThatAllCanGive_isInEachAndForHeadWithoutBody() throws IOException {
        part("paths/things", GOOD);
        part(
                "paths/heads",
                GOOD.replace("/things/", "/heads/")
                        .replace("ThingInspect", "ThingHead")
                        .replace("get:", "head:"));

        JsonNode paths = MergeContract.merge(folder).document().path("paths");
        assertThat(paths.at("/~1things~1{name}~1json/get/responses/500/$ref").asText())
                .isEqualTo("#/components/responses/Failure");
        assertThat(paths.at("/~1heads~1{name}~1json/head/responses/500").toString())
                .isEqualTo("{\"description\":\"It failed.\"}");
    }

    @Test
    void merge_withoutRole_letsAllLookAndAdministratorsChange() throws IOException {
        part("paths/things", GOOD);
        part(
                "paths/others",
                GOOD.replace("/things/", "/others/")
                        .replace("ThingInspect", "ThingChange")
                        .replace("get:", "post:"));

        assertThat(MergeContract.merge(folder).operations())
                .extracting(Operation::id, Operation::role)
                .containsExactly(tuple("ThingChange", Role.ADMIN), tuple("ThingInspect", Role.READ_ONLY));
    }

    @Test
    void merge_roleThatIsNone_isRefused() throws IOException {
        part("paths/things", GOOD.replace("summary: Tell.", "summary: Tell.\n    x-wharf-role: king"));

        assertThatThrownBy(() -> MergeContract.merge(folder)).hasMessageContaining("x-wharf-role: king");
    }

    @Test
    void contract_ofThisBuild_hasServedAndRefusedOperations() {
        assertThat(Contract.operations())
                .extracting(Operation::availability)
                .contains(Operation.Availability.SERVED, Operation.Availability.SWARM, Operation.Availability.LATER);
        assertThat(new String(Contract.document(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"openapi\":\"3.1.0\"", "ContainerCreate");
    }

    private void part(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name + ".yaml"), text);
    }
}
