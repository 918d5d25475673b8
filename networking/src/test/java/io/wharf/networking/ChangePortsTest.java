package io.wharf.networking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.Sandbox;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Other ports of a container that runs. */
class ChangePortsTest extends HostTest {
    private static Sandbox publish(Engine engine, String id, String mode, String... ports) {
        return Engine.await(engine.service.publish(Engine.request(id, mode, ports)));
    }

    private static String port(Sandbox sandbox, String port) {
        return Objects.requireNonNull(sandbox.ports().get(port)).getFirst().hostPort();
    }

    @Test
    void portsThatStayOrMoveWithinTheContainer_areNotTakenTwice() throws IOException {
        try (Engine engine = Engine.start(folder)) {
            Sandbox one = engine.join("a1", "bridge", "8080:80/tcp", "8081:81/tcp");
            // One is kept, one leads elsewhere in the container, one is new.
            Sandbox changed = publish(engine, "a1", "bridge", "8080:80/tcp", "8081:82/tcp", "8083:83/tcp");
            assertThat(port(changed, "82/tcp")).isEqualTo("8081");
            assertThatThrownBy(() -> engine.join("b1", "bridge", "8081:80/tcp"))
                    .hasMessageContaining("port is already allocated");
            try (var inside = Engine.inside(one).serveTcp("0.0.0.0", 82)) {
                assertThat(outside.peer.callTcp(Outside.HOST, 8081)).isEqualTo(Outside.ADDRESS);
                assertThat(inside.isOpen()).isTrue();
            }
            // What it has no more, the next gets, whoever it is.
            publish(engine, "a1", "bridge", "8080:80/tcp");
            engine.join("b1", "bridge", "8081:80/tcp", "8083:80/tcp");
            // What cannot be had changes nothing.
            assertThatThrownBy(() -> publish(engine, "a1", "bridge", "8080:90/tcp", "8081:80/tcp"))
                    .hasMessageContaining("port is already allocated");
            try (var inside = Engine.inside(one).serveTcp("0.0.0.0", 80)) {
                assertThat(outside.peer.callTcp(Outside.HOST, 8080)).isEqualTo(Outside.ADDRESS);
                assertThat(inside.isOpen()).isTrue();
            }
            assertThatThrownBy(() -> engine.join("c1", "bridge", "8080:80/tcp"))
                    .hasMessageContaining("port is already allocated");
            engine.leave("a1");
            engine.leave("b1");
        }
        Host.assertClean(folder);
    }

    @Test
    void portsThatNobodyWasToldOf_areSaidAtTheNextStart() {
        Sandbox before;
        Sandbox after;
        try (Engine engine = Engine.start(folder)) {
            before = engine.join("a1", "bridge", "8080:80/tcp");
            after = publish(engine, "a1", "bridge", "8081:80/tcp");
        }
        try (Engine engine = Engine.start(folder)) {
            assertThat(Engine.await(engine.service.keepSandboxesOf(Map.of("a1", Engine.kept("name-a1", after)))))
                    .isEmpty();
            Map<String, Sandbox> changed =
                    Engine.await(engine.service.keepSandboxesOf(Map.of("a1", Engine.kept("name-a1", before))));
            assertThat(port(Objects.requireNonNull(changed.get("a1")), "80/tcp"))
                    .isEqualTo("8081");
            engine.leave("a1");
        }
    }

    @Test
    void containerThatNoPortCanLeadTo_isRefusedAny() {
        try (Engine engine = Engine.start(folder)) {
            Engine.await(engine.service.create(Request.named("inner").internal().build()));
            engine.join("a1", "inner");
            assertThatThrownBy(() -> publish(engine, "a1", "inner", "8080:80/tcp"))
                    .isInstanceOfSatisfying(
                            WharfException.class,
                            refused -> assertThat(refused.kind()).isEqualTo(ErrorKind.INVALID_ARGUMENT));
            assertThat(publish(engine, "a1", "inner").ports()).isEmpty();
            engine.leave("a1");
            Engine.await(engine.service.remove("inner"));
        }
    }
}
