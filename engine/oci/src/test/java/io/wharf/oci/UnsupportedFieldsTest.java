package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JavaType;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class UnsupportedFieldsTest {
    /** Names as the mapper writes them, irregular ones included. */
    private static Set<String> fields(Class<?> type) {
        JavaType java = Json.MAPPER.constructType(type);
        Set<String> names = new TreeSet<>();
        Json.MAPPER
                .getSerializationConfig()
                .introspect(java)
                .findProperties()
                .forEach(property -> names.add(property.getName()));
        return names;
    }

    private static Set<String> united(List<Collection<String>> lists) {
        Set<String> all = new TreeSet<>();
        lists.forEach(list -> list.forEach(
                name -> assertThat(all.add(name)).as("%s stands once", name).isTrue()));
        return all;
    }

    @Test
    void lists_holdEveryFieldOfTheContractOnce() {
        assertThat(united(List.of(UnsupportedFields.CONFIG_HANDLED, UnsupportedFields.CONFIG_WITHOUT_EFFECT)))
                .isEqualTo(fields(ContainerConfig.class));
        assertThat(united(List.of(
                        UnsupportedFields.HOST_HANDLED,
                        UnsupportedFields.HOST_WITHOUT_EFFECT,
                        UnsupportedFields.HOST_REFUSED.keySet())))
                .isEqualTo(fields(HostConfig.class));
    }
}
