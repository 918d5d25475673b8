package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.HostConfig;
import io.wharf.contracts.HostConfig.RestartPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckUpdateTest {
    private static CheckUpdate.Checked update(String had, String wanted) {
        CheckUpdate check = new CheckUpdate(Specs.ableHost());
        return check.on("ID", Specs.host(had), check.wanted(Specs.host(wanted), null));
    }

    @Test
    void on_setFields_changeAndOthersStay() {
        CheckUpdate.Checked checked =
                update("{'Memory':10000000,'MemorySwap':20000000,'CpuShares':5}", "{'Memory':15000000,'PidsLimit':7}");
        HostConfig host = checked.host();
        assertThat(host.memory()).isEqualTo(15000000);
        assertThat(host.memorySwap()).isEqualTo(20000000);
        assertThat(host.cpuShares()).isEqualTo(5);
        assertThat(host.pidsLimit()).isEqualTo(7);
        assertThat(checked.resources()).contains("\"limit\":15000000").contains("\"pids\":{\"limit\":7}");
        assertThat(checked.writes()).isEmpty();
    }

    @Test
    void on_noLimitOfProcesses_isWrittenIntoTheCgroup() {
        CheckUpdate.Checked checked = update("{'PidsLimit':7}", "{'PidsLimit':-1}");
        assertThat(checked.host().pidsLimit()).isZero();
        assertThat(checked.writes()).containsExactly(new CgroupWrites("pids", "pids.max", "max"));
    }

    @Test
    void wanted_moreProcessesThanThereAre_isRefused() {
        assertThat(update("{}", "{'PidsLimit':4194304}").host().pidsLimit()).isEqualTo(4_194_304);
        assertThatThrownBy(() -> update("{}", "{'PidsLimit':4194305}"))
                .hasMessageContaining("a PIDs limit is at most 4194304");
    }

    @Test
    void on_rates_areWrittenIntoTheCgroup() {
        assertThat(update("{}", "{'BlkioDeviceReadBps':[{'Path':'/dev/null','Rate':5}]}")
                        .writes())
                .containsExactly(new CgroupWrites("blkio", "blkio.throttle.read_bps_device", "1:3 5"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'CpuPeriod':5000}|{'NanoCpus':1000000000}"
                        + "|Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set",
                "{'NanoCpus':1000000000}|{'CpuQuota':5000}"
                        + "|Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set",
                "{'Memory':10000000,'MemorySwap':10000000}|{'Memory':20000000}|Memory limit should be smaller than already set"
                        + " memoryswap limit, update the memoryswap at the same time",
            })
    void on_conflict_refusesInDockersWords(String had, String wanted, String message) {
        assertThatThrownBy(() -> update(had, wanted)).hasMessage("Cannot update container ID: " + message);
    }

    @Test
    void on_restartOfAutoRemoved_isRefused() {
        CheckUpdate check = new CheckUpdate(Specs.ableHost());
        CheckUpdate.Wanted wanted = check.wanted(Specs.host("{}"), new RestartPolicy("always", 0));
        assertThatThrownBy(() -> check.on("ID", Specs.host("{'AutoRemove':true}"), wanted))
                .hasMessageEndingWith(
                        "Restart policy cannot be updated because AutoRemove is enabled for the container");
        assertThat(check.on("ID", Specs.host("{}"), wanted)
                        .host()
                        .restartPolicy()
                        .name())
                .isEqualTo("always");
    }
}
