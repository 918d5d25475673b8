package io.wharf.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds in a parameter of the contract what a request can be checked by. */
final class ReadRules {
    private static final String ANY_NUMBER = "strconv.Atoi: parsing \"{}\": ";
    private static final String ANY_WORD = "invalid {name} \"{}\": must be one of {words}";

    private ReadRules() {}

    /** The rule, or none where any text will do; {@code x-wharf-lenient} says that the engine does not mind. */
    static Optional<QueryRule> of(String operation, JsonNode parameter) {
        JsonNode schema = parameter.path("schema");
        boolean integer = schema.path("type").asText().equals("integer");
        boolean required = parameter.path("required").asBoolean();
        List<String> words = new ArrayList<>();
        schema.path("enum").forEach(word -> words.add(word.asText()));
        if (parameter.path("x-wharf-lenient").asBoolean() || !(integer || required || !words.isEmpty())) {
            return Optional.empty();
        }
        String name = parameter.path("name").asText();
        String otherwise =
                integer ? ANY_NUMBER : ANY_WORD.replace("{name}", name).replace("{words}", String.join(", ", words));
        return Optional.of(new QueryRule(
                operation,
                name,
                integer,
                required,
                since(parameter),
                schema.path("minimum").asLong(Long.MIN_VALUE),
                schema.path("maximum").asLong(Long.MAX_VALUE),
                words,
                parameter.path("x-wharf-refusal").asText(otherwise),
                parameter.path("x-wharf-missing").asText("missing parameter: " + name)));
    }

    /** Minor number of the first version that has an operation or a parameter, 0 where all have. */
    static int since(JsonNode part) {
        String version = part.path("x-wharf-since").asText("1.0");
        return Integer.parseInt(version.substring(version.indexOf('.') + 1));
    }
}
