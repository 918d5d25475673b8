package io.wharf.base;

import static io.wharf.base.StoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelLedgerTest {
    private static final KernelObject VETH = new KernelObject("veth", "veth1", "c1", "");

    @TempDir
    Path folder;

    @Test
    void record_outlivesTheProcessUntilStruckOut() {
        try (KernelLedger ledger = open("boot-a")) {
            await(ledger.record(List.of(VETH, new KernelObject("mount", "/m", "c1", "x"))));
        }
        try (KernelLedger ledger = open("boot-a")) {
            assertThat(ledger.rebooted()).isFalse();
            assertThat(await(ledger.ofKind("veth"))).containsExactly(VETH);
            assertThat(await(ledger.ofOwner("c1"))).hasSize(2);
            await(ledger.strike("veth", "veth1"));
            assertThat(await(ledger.ofKind("veth"))).isEmpty();
        }
    }

    @Test
    void anotherBoot_startsAnew() {
        try (KernelLedger ledger = open("boot-a")) {
            await(ledger.record(VETH));
        }
        try (KernelLedger ledger = open("boot-b")) {
            assertThat(ledger.rebooted()).isTrue();
            assertThat(await(ledger.ofKind("veth"))).isEmpty();
        }
    }

    @Test
    void damagedLedger_isBegunAnew() throws java.io.IOException {
        java.nio.file.Files.writeString(folder.resolve("kernel.db"), "what a power cut left of it".repeat(1000));
        try (KernelLedger ledger = open("boot-a")) {
            assertThat(ledger.rebooted()).isTrue();
            await(ledger.record(VETH));
            assertThat(await(ledger.ofKind("veth"))).containsExactly(VETH);
        }
    }

    private KernelLedger open(String boot) {
        return KernelLedger.open(folder.resolve("kernel.db"), boot);
    }
}
