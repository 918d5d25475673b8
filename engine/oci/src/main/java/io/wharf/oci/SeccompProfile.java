package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A profile that the client sends, in Docker's form, turned into that of the OCI runtime specification.
 *
 * <p>Docker's form adds to the OCI one: {@code archMap}, and {@code includes} and {@code excludes} of a rule by
 * capabilities, machine and kernel.
 */
final class SeccompProfile {
    private SeccompProfile() {}

    /** The value of {@code linux.seccomp}; refuses what is not a profile. */
    static String convert(String profile, long capabilities, HostFacts facts) {
        JsonNode root = parse(profile);
        StringWriter out = new StringWriter(profile.length());
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("defaultAction", root.path("defaultAction").asText());
            copy(json, root, "defaultErrnoRet");
            copy(json, root, "flags");
            copy(json, root, "listenerPath");
            copy(json, root, "listenerMetadata");
            json.writeObjectField("architectures", architectures(root, facts));
            json.writeArrayFieldStart("syscalls");
            for (JsonNode rule : root.path("syscalls")) {
                if (holds(rule, capabilities, facts)) {
                    json.writeStartObject();
                    json.writeObjectField("names", names(rule));
                    json.writeStringField("action", rule.path("action").asText());
                    copy(json, rule, "errnoRet");
                    copy(json, rule, "args");
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw WharfException.internal("cannot write the seccomp profile: " + e.getMessage(), e);
        }
        return out.toString();
    }

    private static JsonNode parse(String profile) {
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(profile);
        } catch (JsonProcessingException e) {
            throw WharfException.invalid("Decoding seccomp profile failed: " + e.getOriginalMessage());
        }
        if (root == null || !root.isObject()) {
            throw WharfException.invalid("Decoding seccomp profile failed: not a JSON object");
        }
        if (root.path("defaultAction").asText().isEmpty()) {
            throw WharfException.invalid("Decoding seccomp profile failed: no defaultAction");
        }
        if (filled(root, "architectures") && filled(root, "archMap")) {
            throw WharfException.invalid("both 'architectures' and 'archMap' are specified in the seccomp profile,"
                    + " use either 'architectures' or 'archMap'");
        }
        for (JsonNode rule : root.path("syscalls")) {
            if (!rule.path("name").asText().isEmpty() && filled(rule, "names")) {
                throw WharfException.invalid("both 'name' and 'names' are specified in the seccomp profile, use either"
                        + " 'name' or 'names'");
            }
        }
        return root;
    }

    private static boolean filled(JsonNode node, String field) {
        return !node.path(field).isEmpty();
    }

    private static List<String> architectures(JsonNode root, HostFacts facts) {
        if (!filled(root, "archMap")) {
            return strings(root.path("architectures"));
        }
        List<String> found = new ArrayList<>();
        for (JsonNode entry : root.path("archMap")) {
            String name = entry.path("architecture").asText();
            if (!facts.abis().isEmpty() && facts.abis().getFirst().equals(name)) {
                found.add(name);
                found.addAll(strings(entry.path("subArchitectures")));
            }
        }
        return found;
    }

    private static List<String> names(JsonNode rule) {
        String single = rule.path("name").asText();
        return single.isEmpty() ? strings(rule.path("names")) : List.of(single);
    }

    private static boolean holds(JsonNode rule, long capabilities, HostFacts facts) {
        JsonNode includes = rule.path("includes");
        JsonNode excludes = rule.path("excludes");
        String arch = facts.arch();
        for (String capability : strings(includes.path("caps"))) {
            if ((capabilities & CapabilitySet.bit(capability)) == 0) {
                return false;
            }
        }
        for (String capability : strings(excludes.path("caps"))) {
            if ((capabilities & CapabilitySet.bit(capability)) != 0) {
                return false;
            }
        }
        List<String> arches = strings(includes.path("arches"));
        String least = includes.path("minKernel").asText();
        String below = excludes.path("minKernel").asText();
        return (arches.isEmpty() || arches.contains(arch))
                && !strings(excludes.path("arches")).contains(arch)
                && (least.isEmpty() || facts.kernel() >= HostFacts.kernel(least))
                && (below.isEmpty() || facts.kernel() < HostFacts.kernel(below));
    }

    private static List<String> strings(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private static void copy(JsonGenerator json, JsonNode from, String field) throws IOException {
        JsonNode value = from.path(field);
        if (!value.isMissingNode() && !value.isNull()) {
            json.writeFieldName(field);
            Json.MAPPER.writeTree(json, value);
        }
    }
}
