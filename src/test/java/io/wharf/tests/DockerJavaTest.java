package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The client that most Java programs talk to Docker with, over its own transport. */
class DockerJavaTest {
    private static final int SECONDS = 20;

    @RegisterExtension
    static final Rig rig = new Rig();

    private static DockerClient client;

    @BeforeAll
    static void connect() {
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost("unix://" + rig.engine().socket())
                .withDockerTlsVerify(false)
                .build();
        client = DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    @AfterAll
    static void disconnect() throws IOException {
        client.close();
    }

    /** Collects what a stream says. */
    private static class Collected<T> extends ResultCallback.Adapter<T> {
        final List<T> values = new CopyOnWriteArrayList<>();

        @Override
        public void onNext(T value) {
            values.add(value);
        }

        Collected<T> whole() {
            try {
                assertThat(awaitCompletion(SECONDS, TimeUnit.SECONDS))
                        .as("the stream has ended")
                        .isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return this;
        }
    }

    private static final class Frames extends Collected<Frame> {
        String text(StreamType type) {
            return values.stream()
                    .filter(frame -> frame.getStreamType() == type)
                    .map(frame -> new String(frame.getPayload(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining());
        }
    }

    private static String start(String name, String script) {
        String id = client.createContainerCmd("busybox")
                .withName(name)
                .withCmd("sh", "-c", script)
                .exec()
                .getId();
        client.startContainerCmd(id).exec();
        return id;
    }

    private static int await(String id) {
        return client.waitContainerCmd(id)
                .exec(new WaitContainerResultCallback())
                .awaitStatusCode(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void life_fromCreateToRemove() {
        String id = client.createContainerCmd("busybox")
                .withName("first")
                .withCmd("sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done")
                .withEnv("A=b")
                .withLabels(Map.of("kind", "test"))
                .withWorkingDir("/tmp")
                .withExposedPorts(ExposedPort.tcp(80))
                .withHostConfig(HostConfig.newHostConfig()
                        .withMemory(64L << 20)
                        .withRestartPolicy(RestartPolicy.onFailureRestart(2))
                        .withBinds(Bind.parse("/etc:/mnt:ro")))
                .exec()
                .getId();
        InspectContainerResponse created = client.inspectContainerCmd(id).exec();
        assertThat(created.getState().getStatus()).isEqualTo("created");
        assertThat(created.getConfig().getEnv()).contains("A=b");
        assertThat(created.getHostConfig().getMemory()).isEqualTo(64L << 20);
        assertThat(created.getMounts())
                .singleElement()
                .satisfies(mount -> assertThat(mount.getRW()).isFalse());

        client.startContainerCmd(id).exec();
        client.pauseContainerCmd(id).exec();
        assertThat(client.inspectContainerCmd(id).exec().getState().getPaused()).isTrue();
        client.unpauseContainerCmd(id).exec();
        assertThat(client.topContainerCmd(id).exec().getProcesses()).isNotEmpty();
        client.renameContainerCmd(id).withName("second").exec();
        List<Container> listed = client.listContainersCmd()
                .withLabelFilter(Map.of("kind", "test"))
                .exec();
        assertThat(listed)
                .singleElement()
                .satisfies(row -> assertThat(row.getNames()).containsExactly("/second"));
        assertThatThrownBy(() -> client.removeContainerCmd(id).exec()).isInstanceOf(ConflictException.class);

        client.stopContainerCmd(id).withTimeout(SECONDS).exec();
        assertThat(await(id)).isEqualTo(3);
        client.removeContainerCmd(id).withRemoveVolumes(true).exec();
        assertThatThrownBy(() -> client.inspectContainerCmd(id).exec()).isInstanceOf(NotFoundException.class);
    }

    @Test
    void attach_inputReachesTheProcessAndItsOutputComesBack() {
        String id = client.createContainerCmd("busybox")
                .withCmd("sh", "-c", "read line; echo got $line; echo aside >&2")
                .withStdinOpen(true)
                .withStdInOnce(true)
                .exec()
                .getId();
        Frames frames = new Frames();
        client.attachContainerCmd(id)
                .withStdIn(new ByteArrayInputStream("hello\n".getBytes(StandardCharsets.UTF_8)))
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(true)
                .exec(frames);
        client.startContainerCmd(id).exec();
        assertThat(await(id)).isZero();
        frames.whole();
        assertThat(frames.text(StreamType.STDOUT)).isEqualTo("got hello\n");
        assertThat(frames.text(StreamType.STDERR)).isEqualTo("aside\n");
    }

    @Test
    void logs_areFollowedToTheEnd() {
        String id = start("talker", "for i in 1 2 3; do echo out $i; done; echo err >&2; sleep 0.2; echo last");
        Frames frames = new Frames();
        client.logContainerCmd(id)
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(true)
                .withTailAll()
                .exec(frames);
        frames.whole();
        assertThat(frames.text(StreamType.STDOUT)).isEqualTo("out 1\nout 2\nout 3\nlast\n");
        assertThat(frames.text(StreamType.STDERR)).isEqualTo("err\n");

        Frames tail = new Frames();
        client.logContainerCmd(id).withStdOut(true).withTail(1).exec(tail);
        assertThat(tail.whole().values).hasSize(1);
    }

    @Test
    void exec_streamsAndExitCode() {
        String id = start("host", "sleep 1000");
        String exec = client.execCreateCmd(id)
                .withCmd("sh", "-c", "read line; echo $line; echo $A >&2; exit 7")
                .withEnv(List.of("A=b"))
                .withAttachStdin(true)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId();
        Frames frames = new Frames();
        client.execStartCmd(exec)
                .withStdIn(new ByteArrayInputStream("typed\n".getBytes(StandardCharsets.UTF_8)))
                .exec(frames);
        frames.whole();
        assertThat(frames.text(StreamType.STDOUT)).isEqualTo("typed\n");
        assertThat(frames.text(StreamType.STDERR)).isEqualTo("b\n");
        assertThat(client.inspectExecCmd(exec).exec().getExitCodeLong()).isEqualTo(7);
    }

    @Test
    void stats_oneAndAStream() throws IOException {
        String id = start("busy", "while :; do :; done");
        Collected<Statistics> one = new Collected<>();
        client.statsCmd(id).withNoStream(true).exec(one);
        assertThat(one.whole().values).singleElement().satisfies(sample -> {
            assertThat(sample.getMemoryStats().getUsage()).isPositive();
            assertThat(sample.getCpuStats().getCpuUsage().getTotalUsage()).isPositive();
            assertThat(sample.getPidsStats().getCurrent()).isPositive();
            assertThat(sample.getNetworks()).containsKey("eth0");
        });
        Collected<Statistics> stream = new Collected<>();
        try (stream) {
            client.statsCmd(id).exec(stream);
            Awaitility.await().until(() -> stream.values.size() >= 2);
        }
    }

    @Test
    void events_tellOfACreateWhileListening() throws IOException {
        Collected<Event> events = new Collected<>();
        try (events) {
            client.eventsCmd().withEventFilter("create", "die").exec(events);
            String id = start("told", "exit 5");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(events.values)
                            .extracting(Event::getAction)
                            .containsExactly("create", "die"));
            assertThat(events.values.getLast().getActor().getId()).isEqualTo(id);
            assertThat(events.values.getLast().getActor().getAttributes())
                    .containsEntry("exitCode", "5")
                    .containsEntry("name", "told");
        }
    }

    @Test
    void copy_inAndOut(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("note"), "carried\n");
        String id = start("box", "sleep 1000");
        client.copyArchiveToContainerCmd(id)
                .withHostResource(file.toString())
                .withRemotePath("/tmp")
                .exec();
        assertThat(rig.ok("exec", "box", "cat", "/tmp/note")).isEqualTo("carried");
        try (InputStream tar =
                client.copyArchiveFromContainerCmd(id, "/tmp/note").exec()) {
            assertThat(new String(tar.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains("note", "carried\n");
        }
        assertThatThrownBy(
                        () -> client.copyArchiveFromContainerCmd(id, "/nowhere").exec())
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void commit_makesAnImageThatRuns() {
        String id = start("maker", "echo made >/made");
        await(id);
        String image = client.commitCmd(id)
                .withRepository("made")
                .withTag("1")
                .withMessage("by a test")
                .exec();
        assertThat(client.inspectImageCmd("made:1").exec().getId()).endsWith(image.replace("sha256:", ""));
        assertThat(rig.ok("run", "--rm", "made:1", "cat", "/made")).isEqualTo("made");
        client.removeImageCmd("made:1").exec();
    }

    @Test
    void update_changesWhatRuns() {
        String id = start("grown", "sleep 1000");
        client.updateContainerCmd(id)
                .withMemory(128L << 20)
                .withMemorySwap(256L << 20)
                .withCpuShares(512)
                .exec();
        InspectContainerResponse after = client.inspectContainerCmd(id).exec();
        assertThat(after.getHostConfig().getMemory()).isEqualTo(128L << 20);
        assertThat(after.getHostConfig().getCpuShares()).isEqualTo(512);
        assertThat(after.getState().getRunning()).isTrue();
    }
}
