package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoTest {
    private final Undo undo = new Undo();
    private final List<String> undone = new ArrayList<>();

    @Test
    void failure_unwindsInReverseAndSurvives() {
        push("first");
        undo.push("broken", () -> {
            throw new IllegalStateException("cannot");
        });
        push("last");
        Future<String> result = undo.guard(Future.failedFuture("the reason"));
        assertThat(result.cause()).hasMessage("the reason");
        assertThat(undone).containsExactly("last", "first");
    }

    @Test
    void success_dropsTheSteps() {
        push("first");
        assertThat(undo.guard(Future.succeededFuture("done")).result()).isEqualTo("done");
        undo.unwind();
        assertThat(undone).isEmpty();
    }

    private void push(String name) {
        undo.push(name, () -> {
            undone.add(name);
            return Future.succeededFuture();
        });
    }
}
