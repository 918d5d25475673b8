package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.ContainerService.Top;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.oci.Command;
import io.wharf.oci.MountPlan;
import io.wharf.oci.Specs;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Look-up, the monitor's messages, the lines of ps. */
class SmallPartsTest {
    private static Container container(String id, String name) {
        Definition definition = new Definition(
                0,
                "sha256:0",
                Specs.config("{'Image':'busybox:1','Labels':{'a':'b','name':'mine'}}"),
                Specs.host("{}"),
                NetworkingConfig.NONE,
                new Command("true", List.of()),
                MountPlan.EMPTY,
                "overlay2",
                "/wharf/" + id,
                false);
        return new Container(id, name, definition, State.NEW, null, false);
    }

    @Test
    void get_findsByIdNameAndPrefix() {
        Containers containers = new Containers();
        Container first = container("ab12".repeat(16), "web");
        Container second = container("ab34".repeat(16), "ab12");
        containers.add(first);
        containers.add(second);
        assertThat(containers.get(first.id())).isSameAs(first);
        assertThat(containers.get("/web")).isSameAs(first);
        assertThat(containers.get("web")).isSameAs(first);
        // A name goes before a prefix.
        assertThat(containers.get("ab12")).isSameAs(second);
        assertThat(containers.get("ab12a")).isSameAs(first);
        assertThatThrownBy(() -> containers.get("ab")).hasMessageContaining("Multiple IDs found");
        assertThatThrownBy(() -> containers.get("nope")).hasMessage("No such container: nope");
    }

    @Test
    void reserve_takenName_isRefused_untilReleased() {
        Containers containers = new Containers();
        containers.reserve("web", "id1");
        containers.reserve("web", "id1");
        assertThatThrownBy(() -> containers.reserve("web", "id2"))
                .hasMessage("Conflict. The container name \"/web\" is already in use by container \"id1\". You have"
                        + " to remove (or rename) that container to be able to reuse that name.");
        containers.release("web", "id2");
        assertThat(containers.isTaken("web")).isTrue();
        containers.release("web", "id1");
        assertThat(containers.isTaken("web")).isFalse();
    }

    @Test
    void attributes_labelsLoseAgainstTheEngine() {
        assertThat(EventAttributes.of(container("ab".repeat(32), "web"), java.util.Map.of("exitCode", "3")))
                .containsOnly(
                        java.util.Map.entry("a", "b"),
                        java.util.Map.entry("name", "web"),
                        java.util.Map.entry("image", "busybox:1"),
                        java.util.Map.entry("exitCode", "3"));
    }

    @Test
    void syncMessage_bothFormsAndNone() {
        assertThat(SyncMessage.parse("{\"pid\": 12}")).isEqualTo(new SyncMessage(12, ""));
        assertThat(SyncMessage.parse("{\"data\": 12}")).isEqualTo(new SyncMessage(12, ""));
        SyncMessage failed = SyncMessage.parse("{\"pid\": -1, \"message\": \"no\\n\"}");
        assertThat(failed.failed()).isTrue();
        assertThat(failed.message()).isEqualTo("no");
        assertThat(SyncMessage.parse("").failed()).isTrue();
        assertThat(SyncMessage.parse("{\"pi").message()).contains("without a word");
    }

    @Test
    void top_keepsTheContainersLines() {
        Top top = TopContainer.parse("""
                UID   PID  PPID CMD
                root    1     0 init
                root   12     1 sh -c  a b
                root  120     1 other
                """, Set.of(12, 77));
        assertThat(top.titles()).containsExactly("UID", "PID", "PPID", "CMD");
        assertThat(top.processes()).containsExactly(List.of("root", "12", "1", "sh -c a b"));
        assertThatThrownBy(() -> TopContainer.parse("USER CMD\n", Set.of()))
                .hasMessage("Couldn't find PID field in ps output");
        assertThatThrownBy(() -> TopContainer.parse("PID\nx\n", Set.of())).hasMessageContaining("Unexpected pid 'x'");
    }

    @Test
    void top_keepsThreadsWithTheirProcess() {
        Top top = TopContainer.parse("PID STAT CMD\n1 - init\n- Ss -\n12 - sh\n- S -\n- R -\n", Set.of(12));
        assertThat(top.processes())
                .containsExactly(List.of("12", "-", "sh"), List.of("-", "S", "-"), List.of("-", "R", "-"));
    }

    @Test
    void top_refusesAnotherColumnUnderTheNameOfPids() {
        assertThat(TopContainer.checked("")).isEqualTo("-ef");
        assertThat(TopContainer.checked("-o pid=PID,cmd")).isEqualTo("-o pid=PID,cmd");
        assertThatThrownBy(() -> TopContainer.checked("-o user=PID,cmd"))
                .hasMessage("specifying \"user=PID,cmd\" is not allowed");
    }
}
