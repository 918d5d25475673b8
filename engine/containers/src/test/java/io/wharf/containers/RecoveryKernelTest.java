package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wharf.base.Json;
import io.wharf.base.KernelObject;
import io.wharf.contracts.EngineOptions;
import io.wharf.linux.Boot;
import io.wharf.linux.ProcessIdentity;
import io.wharf.oci.Specs;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an engine finds that comes back, or comes up after a reboot. */
class RecoveryKernelTest {
    private Rig rig;

    @BeforeEach
    void open() throws Exception {
        rig = new Rig();
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
    }

    private void comeBack() throws Exception {
        rig.open(Specs.options(rig.folder));
    }

    @Test
    void running_isAdopted() throws Exception {
        String id = rig.run("keep", "sleep 1000");
        int pid = rig.state(id).pid();
        rig.crash();
        comeBack();
        assertThat(rig.state(id).status()).isEqualTo("running");
        assertThat(rig.state(id).pid()).isEqualTo(pid);
        rig.stop(id, 0);
        assertThat(rig.state(id).exitCode()).isEqualTo(137);
    }

    @Test
    void paused_staysPaused() throws Exception {
        String id = rig.run("cold", "sleep 1000");
        Rig.get(rig.service().pause(id));
        rig.crash();
        comeBack();
        assertThat(rig.state(id).status()).isEqualTo("paused");
        Rig.get(rig.service().unpause(id));
        Rig.get(rig.service().kill(id, "KILL"));
    }

    @Test
    void endedMeanwhile_hasItsExitCode() throws Exception {
        String id = rig.run("ends", "until [ -e /data/go ]; do sleep 0.01; done; exit 5");
        State state = rig.stored(id);
        rig.crash();
        Files.createFile(rig.folder.resolve("root/data/go"));
        await().atMost(Rig.PATIENCE)
                .until(() -> !Objects.requireNonNull(state.monitor()).isAlive());
        comeBack();
        assertThat(rig.state(id).status()).isEqualTo("exited");
        assertThat(rig.state(id).exitCode()).isEqualTo(5);
        assertThat(rig.state(id).error()).isEmpty();
        assertThat(rig.actions(id)).endsWith("die");
    }

    @Test
    void monitorAndProcessDead_is137AndTold() throws Exception {
        String id = rig.run("both", "sleep 1000");
        State state = rig.stored(id);
        rig.crash();
        Rig.kill(Objects.requireNonNull(state.monitor()));
        Rig.kill(Objects.requireNonNull(state.process()));
        comeBack();
        assertThat(rig.state(id).exitCode()).isEqualTo(137);
        assertThat(rig.state(id).error()).contains("monitor");
    }

    @Test
    void monitorDead_processIsFollowed() throws Exception {
        String id = rig.run("alone", "sleep 1000");
        State state = rig.stored(id);
        rig.crash();
        Rig.kill(Objects.requireNonNull(state.monitor()));
        comeBack();
        assertThat(rig.state(id).status()).isEqualTo("running");
        assertThat(Objects.requireNonNull(state.process()).isAlive()).isTrue();
        Rig.kill(Objects.requireNonNull(state.process()));
        rig.awaitStatus(id, "exited");
        assertThat(rig.state(id).exitCode()).isEqualTo(137);
        assertThat(rig.state(id).error()).contains("monitor");
    }

    @Test
    void recycledPids_deceiveNobody() throws Exception {
        String id = rig.run("recycled", "sleep 1000");
        State state = rig.stored(id);
        ProcessIdentity self =
                ProcessIdentity.of((int) ProcessHandle.current().pid()).orElseThrow();
        // Another's pids, as if the kernel had given them anew: this very process must survive.
        ProcessIdentity earlier = new ProcessIdentity(self.pid(), self.startTicks() - 1, Boot.id());
        State deceived =
                new State(Status.RUNNING, self.pid(), 0, "", false, state.startedNanos(), 0, 0, earlier, earlier, 0);
        Rig.get(rig.store()
                .write(tx -> tx.update("UPDATE container SET state = ? WHERE id = ?", Json.write(deceived), id)));
        rig.crash();
        Rig.kill(Objects.requireNonNull(state.monitor()));
        Rig.kill(Objects.requireNonNull(state.process()));
        comeBack();
        assertThat(rig.state(id).exitCode()).isEqualTo(137);
    }

    @Test
    void anotherBoot_endsWith255_andPoliciesDecide() throws Exception {
        String plain = rig.run("plain", "sleep 1000");
        String always = rig.create("always", "sleep 1000", "{'RestartPolicy':{'Name':'always'}}");
        rig.start(always);
        String stopped = rig.create("stopped", "sleep 1000", "{'RestartPolicy':{'Name':'unless-stopped'}}");
        rig.start(stopped);
        rig.stop(stopped, 0);
        State first = rig.stored(plain);
        State second = rig.stored(always);
        rig.crash();
        for (State state : new State[] {first, second}) {
            Rig.kill(Objects.requireNonNull(state.process()));
            await().atMost(Rig.PATIENCE)
                    .until(() -> !Objects.requireNonNull(state.monitor()).isAlive());
        }
        EngineOptions now = Specs.options(rig.folder);
        rig.open(new EngineOptions(
                now.hosts(),
                now.layout(),
                now.bridge(),
                now.bip(),
                now.iptables(),
                now.storageDriver(),
                now.registries().insecure(),
                now.registries().mirrors(),
                now.runtimes(),
                now.defaultRuntime(),
                now.execOptions(),
                now.debug(),
                "another-boot",
                now.version()));
        assertThat(rig.state(plain).status()).isEqualTo("exited");
        assertThat(rig.state(plain).exitCode()).isEqualTo(255);
        rig.awaitStatus(always, "running");
        assertThat(rig.state(stopped).status()).isEqualTo("exited");
        rig.remove(always, true);
        rig.crash();
        comeBack();
    }

    @Test
    void endedMeanwhile_policyStartsItAgain() throws Exception {
        String id = rig.create(
                "policy",
                "[ -e /data/once ] && exec sleep 1000; until [ -e /data/once ]; do sleep 0.01; done; exit 1",
                "{'RestartPolicy':{'Name':'on-failure'}}");
        rig.start(id);
        State state = rig.stored(id);
        rig.crash();
        Files.createFile(rig.folder.resolve("root/data/once"));
        await().atMost(Rig.PATIENCE)
                .until(() -> !Objects.requireNonNull(state.monitor()).isAlive());
        comeBack();
        rig.awaitStatus(id, "running");
        assertThat(Rig.get(rig.service().inspect(id, false)).restartCount()).isEqualTo(1);
    }

    @Test
    void halfMadeStart_isCleared() throws Exception {
        String id = rig.run("half", "sleep 1000");
        State state = rig.stored(id);
        // As if the crash had come before the commit of the start.
        Rig.get(rig.store()
                .write(tx -> tx.update("UPDATE container SET state = ? WHERE id = ?", Json.write(State.NEW), id)));
        rig.crash();
        comeBack();
        assertThat(rig.state(id).status()).isEqualTo("created");
        assertThat(Objects.requireNonNull(state.monitor()).isAlive()).isFalse();
        assertThat(Objects.requireNonNull(state.process()).isAlive()).isFalse();
        assertThat(rig.layout().bundle(id)).doesNotExist();
        assertThat(rig.hasCgroup(id)).isFalse();
        rig.start(id);
        assertThat(rig.state(id).status()).isEqualTo("running");
    }

    @Test
    void unknownContainersThings_areCleared() throws Exception {
        String id = "f".repeat(64);
        Files.createDirectories(rig.layout().container(id));
        Files.createDirectories(rig.layout().bundle(id));
        rig.others.layers.add(id);
        rig.others.volumes.put("nameless", id);
        rig.others.volumes.put("asked-for", id);
        rig.others.anonymous.addAll(List.of("nameless", "asked-for"));
        Rig.get(rig.ledger().record(new KernelObject(Leftovers.KIND, id, id, "/wharf/" + id)));
        Rig.get(rig.ledger().record(new KernelObject(VolumeUses.KIND, id, id, "nameless")));
        rig.crash();
        comeBack();
        assertThat(rig.others.volumes).containsOnlyKeys("asked-for");
        rig.assertNothingLeft();
    }

    @Test
    void removalCutOff_isFinished() throws Exception {
        String id = rig.create("going", "true", "{'Binds':['/data']}");
        Rig.get(rig.store()
                .write(tx -> tx.update(
                        "UPDATE container SET state = ? WHERE id = ?", Json.write(State.NEW.in(Status.REMOVING)), id)));
        rig.crash();
        comeBack();
        rig.assertNothingLeft();
        // The removal that was cut off had not asked for its volumes.
        assertThat(rig.others.volumes).hasSize(1);
    }
}
