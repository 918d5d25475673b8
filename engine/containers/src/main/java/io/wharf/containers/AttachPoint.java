package io.wharf.containers;

import io.netty.channel.IoEventLoop;
import io.wharf.linux.Fd;
import io.wharf.linux.FdWriter;
import io.wharf.linux.UnixSockets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where clients meet the standard input of one container. Confined to the verticle's context.
 *
 * <p>Readers never touch the monitor: it writes its spool first, and to attached sockets in turn and blocking, so that a
 * slow one would freeze the container. The one connection to its attach socket therefore only writes.
 */
final class AttachPoint {
    /** 0 of shutdown(2): we read no more. */
    private static final int READING = 0;

    private final IoEventLoop loop;
    private final boolean opensInput;
    private final boolean endsInput;
    private final boolean keepsInput;
    private final List<ConsoleInput> inputs = new ArrayList<>();
    // Said all they had before there was a process to hear it.
    private final List<ConsoleInput> early = new ArrayList<>();
    private @Nullable MonitorFiles live;
    private @Nullable FdWriter writer;

    AttachPoint(IoEventLoop loop, Container container) {
        this.loop = loop;
        this.opensInput = container.config().openStdin();
        // As Docker: the end of a client's input is the end of the process's, but for terminals.
        this.endsInput = container.config().stdinOnce() && !container.config().tty();
        // The monitor takes the connection's end for the input's end, unless it was told not to.
        this.keepsInput = !endsInput;
    }

    /** A run has a monitor. */
    void begin(MonitorFiles files) {
        live = files;
        if (!inputs.isEmpty()) {
            connect();
        }
    }

    /** The run is over, its output complete. */
    void end() {
        live = null;
        inputs.clear();
        early.clear();
        closeWriter();
    }

    /** Connects a client's input, at once or when a run begins. */
    void add(ConsoleInput input) {
        if (!opensInput) {
            input.discarding();
            return;
        }
        inputs.add(input);
        if (writer != null) {
            input.connect(writer);
        } else if (live != null) {
            connect();
        }
    }

    /** The client has no more to say. */
    void ended(ConsoleInput input) {
        if (writer == null && inputs.contains(input)) {
            early.add(input);
            return;
        }
        boolean known = inputs.remove(input);
        if (writer == null || !known) {
            return;
        }
        if (endsInput || (keepsInput && inputs.isEmpty())) {
            closeWriter();
        }
    }

    /** The client has left: what it said before there was a process is nobody's any more. */
    void gone(ConsoleInput input) {
        if (writer == null) {
            inputs.remove(input);
            early.remove(input);
        } else {
            ended(input);
        }
    }

    boolean isUnused() {
        return live == null && inputs.isEmpty();
    }

    private void closeWriter() {
        if (writer != null) {
            writer.end();
            writer = null;
        }
    }

    private void connect() {
        if (writer != null || live == null) {
            return;
        }
        Fd socket = UnixSockets.connect(
                UnixSockets.Type.SEQPACKET, live.attachSocket().toString());
        // The monitor stops sending output here at its first try. What it sent before is read away, for closing over
        // unread packets would make it lose those that it has not read yet.
        UnixSockets.shutdown(socket, READING);
        byte[] packet = new byte[16];
        int left = 1;
        while (left > 0) {
            left = socket.read(packet, 0, packet.length);
        }
        FdWriter opened = FdWriter.of(loop, socket);
        opened.drainHandler(() -> List.copyOf(inputs).forEach(ConsoleInput::drained));
        writer = opened;
        inputs.forEach(input -> input.connect(opened));
        List<ConsoleInput> over = List.copyOf(early);
        early.clear();
        over.forEach(this::ended);
    }
}
