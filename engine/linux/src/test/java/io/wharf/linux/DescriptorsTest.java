package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class DescriptorsTest {
    private static final byte[] TEXT = "some bytes that travel".getBytes(StandardCharsets.US_ASCII);

    @Test
    void buffersOfEveryKind_areWrittenAndRead() {
        try (var pipe = Descriptors.pipe(OpenFlags.O_NONBLOCK);
                var arena = Arena.ofConfined()) {
            var heap = ByteBuffer.wrap(TEXT, 5, 5);
            assertThat(pipe.write().write(heap)).isEqualTo(5);
            assertThat(heap.hasRemaining()).isFalse();
            var direct = ByteBuffer.allocateDirect(100).position(10);
            assertThat(pipe.read().read(direct)).isEqualTo(5);
            assertThat(direct.position()).isEqualTo(15);
            assertThat(pipe.write().write(direct.flip().position(10))).isEqualTo(5);
            var into = ByteBuffer.allocate(8).position(3);
            assertThat(pipe.read().read(into)).isEqualTo(5);
            assertThat(new String(into.array(), 3, 5, StandardCharsets.US_ASCII))
                    .isEqualTo("bytes");
            assertThat(pipe.write().write(arena.allocateFrom("abc"))).isEqualTo(4);
            var segment = arena.allocate(10);
            assertThat(pipe.read().read(segment)).isEqualTo(4);
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 'c');
            // Nothing there now, then nothing more ever, then nobody who reads.
            assertThat(pipe.read().read(segment)).isEqualTo(-1);
            pipe.write().close();
            assertThat(pipe.read().read(segment)).isZero();
        }
        try (var pipe = Descriptors.pipe()) {
            pipe.read().close();
            assertThatThrownBy(() -> pipe.write().writeAll(TEXT)).hasMessageContaining("EPIPE");
        }
    }

    @Test
    void fullPipe_takesNoMore() {
        try (var pipe = Descriptors.pipe(OpenFlags.O_NONBLOCK)) {
            assertThat(Descriptors.pipeCapacity(pipe.write(), 4096)).isEqualTo(4096);
            assertThat(pipe.write().write(new byte[1 << 20], 0, 1 << 20)).isEqualTo(4096);
            assertThat(pipe.write().write(TEXT, 0, 1)).isEqualTo(-1);
            assertThat(Storage.readable(pipe.read())).isEqualTo(4096);
        }
    }

    @Test
    void bytes_moveInsideTheKernel(@TempDir Path folder) throws Exception {
        var source = Files.write(folder.resolve("a"), TEXT).toString();
        try (var from = Entries.open(source, OpenFlags.O_RDONLY, 0);
                var to = Entries.open(folder + "/b", OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0600);
                var memory = Descriptors.memory("m");
                var pipe = Descriptors.pipe()) {
            assertThat(Descriptors.copyFileRange(from, to, 1000)).isEqualTo(TEXT.length);
            assertThat(Descriptors.copyFileRange(from, to, 1000)).isZero();
            assertThat(Files.readAllBytes(folder.resolve("b"))).isEqualTo(TEXT);
            Storage.truncate(to, 4);
            assertThat(Files.readString(folder.resolve("b"))).isEqualTo("some");
            // ext4 and tmpfs cannot share extents: a clear refusal, for the caller to copy instead.
            assertThatThrownBy(() -> Descriptors.cloneFile(pipe.read(), to)).isInstanceOf(LinuxException.class);
        }
    }

    @Test
    void socketPair_talksBothWays() {
        var pair = UnixSockets.pair(UnixSockets.Type.SEQPACKET);
        try (var one = pair[0];
                var two = pair[1]) {
            one.write(TEXT, 0, 4);
            one.write(TEXT, 0, 6);
            assertThat(two.read(new byte[100], 0, 100)).isEqualTo(4);
            assertThat(two.read(new byte[100], 0, 100)).isEqualTo(6);
        }
        assertThatThrownBy(() -> UnixSockets.connect(UnixSockets.Type.STREAM, "/tmp/no/such.sock"))
                .hasMessage("connect(\"/tmp/no/such.sock\"): No such file or directory (ENOENT)");
    }

    @Test
    void mountsDouble_recordsAndFails() {
        var recorded = new Recorded<>(Mounts.class, Mounts.real());
        assertThat(recorded.face().isMountPoint("/proc")).isTrue();
        recorded.fail("unmount", Errno.EBUSY);
        assertThatThrownBy(() -> recorded.face().unmount("/x", 2))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.is(Errno.EBUSY)).isTrue());
        recorded.heal("unmount");
        assertThatThrownBy(() -> recorded.face().unmount("/nothing/here", 0)).hasMessageContaining("ENOENT");
        assertThat(recorded.calls())
                .containsExactly("isMountPoint(/proc)", "unmount(/x, 2)", "unmount(/nothing/here, 0)");
    }
}
