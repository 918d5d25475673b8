package io.wharf.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanesTest {
    private final Lanes lanes = new Lanes("test");
    private final List<String> began = new ArrayList<>();

    @Test
    void sameKey_runsInOrderAlsoAfterAFailure() {
        Promise<String> first = Promise.promise();
        lanes.run("a", () -> step("1", first.future()));
        Future<String> second = lanes.run("a", () -> step("2", Future.succeededFuture("two")));
        assertThat(began).containsExactly("1");
        first.fail("broken");
        assertThat(began).containsExactly("1", "2");
        assertThat(second.result()).isEqualTo("two");
        assertThat(lanes.busy()).isZero();
    }

    @Test
    void differentKeys_runSideBySide() {
        lanes.run("a", () -> step("1", Promise.<String>promise().future()));
        lanes.run("b", () -> step("2", Promise.<String>promise().future()));
        assertThat(began).containsExactly("1", "2");
        assertThat(lanes.busy()).isEqualTo(2);
    }

    @Test
    void stepThatThrows_failsItsFutureAndFreesTheLane() {
        Future<String> thrown = lanes.run("a", () -> {
            throw WharfException.conflict("no");
        });
        assertThat(thrown.failed()).isTrue();
        assertThat(lanes.busy()).isZero();
    }

    private Future<String> step(String name, Future<String> result) {
        began.add(name);
        return result;
    }
}
