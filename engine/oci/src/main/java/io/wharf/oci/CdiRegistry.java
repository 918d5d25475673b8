package io.wharf.oci;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The devices that the host's CDI specifications describe (Container Device Interface 0.3 to 1.0), by their qualified
 * names {@code vendor/class=name}.
 *
 * <p>A file of a later folder wins over one of an earlier; two in the same folder that describe the same device make it
 * unusable. Files that cannot be read are logged and passed over.
 */
final class CdiRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(CdiRegistry.class);
    private static final String EDITS = "containerEdits";

    /** A device, with the edits that its file makes for each of its devices. */
    private record Device(Path file, JsonNode common, JsonNode own, int folder) {}

    private final Map<String, Device> devices = new HashMap<>();
    private final Set<String> ambiguous = new LinkedHashSet<>();

    private CdiRegistry() {}

    /** Reads all specifications; on a thread that may block. */
    static CdiRegistry read(List<String> folders) {
        CdiRegistry registry = new CdiRegistry();
        for (int i = 0; i < folders.size(); i++) {
            for (Path file : files(Path.of(folders.get(i)))) {
                try {
                    registry.add(file, parse(file), i);
                } catch (IOException | YAMLException | IllegalArgumentException e) {
                    LOG.warn("CDI specification {} is not used: {}", file, e.getMessage());
                }
            }
        }
        return registry;
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file ->
                            file.toString().endsWith(".json") || file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            LOG.warn("CDI specifications in {} are not used: {}", folder, e.getMessage());
            return List.of();
        }
    }

    private static JsonNode parse(Path file) throws IOException {
        String text = Files.readString(file);
        if (file.toString().endsWith(".json")) {
            return Json.MAPPER.readTree(text);
        }
        // Here and nowhere else: the parser's classes are loaded with the first file that needs them.
        Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        return Json.MAPPER.valueToTree(read);
    }

    private void add(Path file, JsonNode spec, int folder) {
        String kind = spec.path("kind").asText();
        if (spec.path("cdiVersion").asText().isEmpty() || kind.indexOf('/') <= 0) {
            throw new IllegalArgumentException("no cdiVersion, or no kind of the form vendor/class");
        }
        for (JsonNode device : spec.path("devices")) {
            String name = kind + "=" + device.path("name").asText();
            Device known = devices.get(name);
            if (known != null && known.folder() == folder) {
                ambiguous.add(name);
                LOG.warn("CDI device {} is described by {} and {}", name, known.file(), file);
            } else {
                ambiguous.remove(name);
            }
            devices.put(name, new Device(file, spec.path(EDITS), device.path(EDITS), folder));
        }
    }

    /** The devices that can be asked for. */
    List<String> names() {
        return devices.keySet().stream()
                .filter(name -> !ambiguous.contains(name))
                .sorted()
                .toList();
    }

    /** The edits of devices, in their order; those that a file makes for all of its devices come once, and first. */
    List<JsonNode> resolve(List<String> names) {
        List<String> missing = names.stream()
                .filter(name -> !devices.containsKey(name) || ambiguous.contains(name))
                .toList();
        if (!missing.isEmpty()) {
            throw WharfException.internal(
                    "CDI device injection failed: unresolvable CDI devices " + String.join(", ", missing));
        }
        List<JsonNode> edits = new ArrayList<>();
        Set<Path> seen = new LinkedHashSet<>();
        for (String name : names) {
            Device device = devices.get(name);
            if (device != null) {
                if (seen.add(device.file())) {
                    edits.add(device.common());
                }
                edits.add(device.own());
            }
        }
        return edits;
    }
}
