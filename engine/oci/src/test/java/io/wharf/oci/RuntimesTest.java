package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuntimesTest {
    private static final OciRuntime RUNC =
            new OciRuntime("runc", Path.of("/usr/sbin/runc"), "1", Path.of("/run/wharf"), false);
    private static final Runtimes HERE =
            new Runtimes(Map.of("runc", RUNC), Map.of("crun", "hybrid mode", "mine", "gone"), "runc", "using runc");

    @Test
    void named_onceUsedAndRefusedNow_isTheDefaultOne() {
        assertThat(HERE.named("crun")).isSameAs(RUNC);
        assertThat(HERE.named("")).isSameAs(RUNC);
    }

    @Test
    void named_anAddedOneThatIsRefused_staysRefused() {
        assertThatThrownBy(() -> HERE.named("mine"))
                .hasMessageContaining("unknown or invalid runtime name: mine (gone)");
    }

    @Test
    void asked_refused_isRefused() {
        assertThatThrownBy(() -> HERE.asked("crun")).hasMessageContaining("crun (hybrid mode)");
    }
}
