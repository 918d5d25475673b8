package io.wharf.images.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.WharfException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceTest {
    private static final String HEX = "a".repeat(64);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest, busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
        "user/app, docker.io/user/app:latest, user/app:latest",
        "docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
        "index.docker.io/user/app:v1, docker.io/user/app:v1, user/app:v1",
        "localhost/x, localhost/x:latest, localhost/x:latest",
        "localhost:5000/x, localhost:5000/x:latest, localhost:5000/x:latest",
        "127.0.0.1:5000/a/b:T_1, 127.0.0.1:5000/a/b:T_1, 127.0.0.1:5000/a/b:T_1",
        "[::1]:5000/x, [::1]:5000/x:latest, [::1]:5000/x:latest",
        "Upper/x, Upper/x:latest, Upper/x:latest",
        "a__b/c-d.e, docker.io/a__b/c-d.e:latest, a__b/c-d.e:latest",
    })
    void parse_normalisesAsDockerDoes(String text, String full, String familiar) {
        Reference reference = Reference.parse(text).tagged();
        assertThat(reference.full()).isEqualTo(full);
        assertThat(reference.familiar()).isEqualTo(familiar);
    }

    @ParameterizedTest
    @CsvSource({
        "Busybox, repository name (library/Busybox) must be lowercase",
        "user/App, must be lowercase",
        "a//b, invalid reference format",
        "'', invalid reference format",
        "x:, invalid reference format",
        "x:-bad, invalid reference format",
        "x@sha256:abc, invalid reference format",
        "http://host/x, invalid reference format",
        "-x, invalid reference format",
        "x y, invalid reference format",
    })
    void parse_refusesInDockersWords(String text, String reason) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOf(WharfException.class)
                .hasMessageContaining(reason);
    }

    @org.junit.jupiter.api.Test
    void parse_refusesAnIdAsName() {
        assertThatThrownBy(() -> Reference.parse(HEX))
                .hasMessageContaining("cannot specify 64-byte hexadecimal strings");
    }

    @org.junit.jupiter.api.Test
    void digest_winsOverTheTag() {
        Reference reference = Reference.parse("busybox:1@sha256:" + HEX);
        assertThat(reference.full()).isEqualTo("docker.io/library/busybox@sha256:" + HEX);
        assertThat(Reference.parse("busybox", "sha256:" + HEX).full()).isEqualTo(reference.full());
    }
}
