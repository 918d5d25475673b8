package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the docs tell of each field of a create request, against the records that hold them. */
class CompatibilityTableTest {
    private static final Path TABLE = Path.of("../../docs/compatibility.md");
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (\\w+) \\|.*");
    private static final Set<String> OUTCOMES = Set.of("works", "refused", "warned", "ignored");

    static Stream<Arguments> tables() {
        return Stream.of(
                Arguments.of("Config", ContainerConfig.class),
                Arguments.of("HostConfig", HostConfig.class),
                Arguments.of("HostConfig.Mounts", HostConfig.Mount.class),
                Arguments.of("NetworkingConfig", NetworkingConfig.EndpointConfig.class));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void table_tellsOfEveryFieldOnce(String heading, Class<?> record) throws IOException {
        List<String> told = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(TABLE)) {
            inside = line.startsWith("## ") ? line.equals("## " + heading) : inside;
            Matcher row = ROW.matcher(line);
            if (inside && row.matches()) {
                told.add(row.group(1));
                assertThat(row.group(2)).as(line).isIn(OUTCOMES);
            }
        }
        assertThat(told).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(told)).isEqualTo(fields(record));
    }

    /** Names as the mapper writes them, irregular ones included. */
    private static Set<String> fields(Class<?> record) {
        Set<String> names = new TreeSet<>();
        Json.MAPPER
                .getSerializationConfig()
                .introspect(Json.MAPPER.constructType(record))
                .findProperties()
                .forEach(property -> names.add(property.getName()));
        return names;
    }
}
