package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContainerNamesTest {
    @Test
    void checked_dropsTheSlash() {
        assertThat(ContainerNames.checked("/web-1.a_b")).isEqualTo("web-1.a_b");
    }

    @Test
    void checked_wrongNames_areRefused() {
        for (String wrong : new String[] {"a", "-ab", "a b", "a/b", "", "/", "ünlaut", "ab\n"}) {
            assertThatThrownBy(() -> ContainerNames.checked(wrong))
                    .as(wrong)
                    .hasMessage("Invalid container name (" + wrong + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
    }

    @Test
    void free_neverGivesATakenName() {
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 2000; i++) {
            String name = ContainerNames.free(given::contains);
            assertThat(ContainerNames.checked(name)).isEqualTo(name);
            assertThat(given.add(name)).isTrue();
        }
        assertThat(ContainerNames.free(name -> name.matches("[a-z_]+"))).matches("[a-z]+_[a-z]+[0-9]+");
    }
}
