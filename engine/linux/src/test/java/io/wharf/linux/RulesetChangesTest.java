package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.linux.RulesetChanges.Part;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is heard of changes of rules. */
class RulesetChangesTest {
    private static final String TABLE = "wharf_test_" + ProcessHandle.current().pid();

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void changes_areToldInOrderWithTheirGeneration() {
        var listener = new RulesetChanges.Listener() {
            @Override
            public void changed(Part part, String table, String within, boolean isBase) {
                if (table.equals(TABLE)) {
                    heard.add(part + " " + within + (isBase ? " base" : ""));
                }
            }

            @Override
            public void committed(int generation) {
                heard.add("committed " + generation);
            }

            @Override
            public void missed() {
                heard.add("missed");
            }
        };
        try (var nft = Nftables.open();
                var changes = RulesetChanges.watch(EventLoops.of(vertx.getOrCreateContext()), listener)) {
            nft.run("add table inet " + TABLE + "\nadd chain inet " + TABLE + " c\nadd rule inet " + TABLE
                    + " c accept\n" + "add chain inet " + TABLE
                    + " b { type filter hook forward priority 0; policy accept; }");
            var generation = RulesetChanges.generation();
            nft.run("delete table inet " + TABLE);
            await().untilAsserted(() -> assertThat(heard).contains("TABLE_GONE ", "committed " + generation));
            assertThat(heard)
                    .containsSubsequence(
                            "CHAIN_NEW c", "RULE_NEW c", "CHAIN_NEW b base", "committed " + generation, "RULE_GONE c")
                    .doesNotContain("missed");
            assertThat(changes).isNotNull();
        }
    }
}
