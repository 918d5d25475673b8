package io.wharf.stats;

import io.wharf.contracts.ContainerProcess;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.KernelFile;
import io.wharf.linux.LinuxException;
import io.wharf.linux.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Traffic of the interfaces that the engine made in the container's network namespace, as the container sees it.
 *
 * <p>The table is opened anew for each reading, by a descriptor of the process's folder that knows a recycled pid: an
 * open table would keep the namespace, and the address, of a container that has ended.
 */
final class NetworkGauge implements Gauge {
    private static final String TABLE = "net/dev";
    /** Docker counts the interfaces that it made; others, as the bridge of an engine within, repeat their traffic. */
    private static final byte[] OURS = JsonBytes.ascii("eth");

    private static final String[] KEYS = {
        "{\"rx_bytes\":",
        ",\"rx_packets\":",
        ",\"rx_errors\":",
        ",\"rx_dropped\":",
        ",\"tx_bytes\":",
        ",\"tx_packets\":",
        ",\"tx_errors\":",
        ",\"tx_dropped\":"
    };
    /** The columns between the received and the sent ones: fifo, frame, compressed, multicast. */
    private static final int BETWEEN = 4;

    private final @Nullable Fd process;
    private final JsonBytes interfaces = new JsonBytes(0);

    NetworkGauge(ContainerProcess container) {
        // What has no namespace of its own shows no interfaces, not the host's.
        process = container.netns() == null ? null : folder(container.pid(), container.startTicks());
    }

    private static @Nullable Fd folder(int pid, long startTicks) {
        try {
            Fd folder = Entries.openDirectory("/proc/" + pid);
            // Asked after it was opened: if it is that process now, the folder is that one's.
            if (ProcessIdentity.of(pid).map(ProcessIdentity::startTicks).orElse(-1L) == startTicks) {
                return folder;
            }
            folder.close();
            return null;
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ESRCH)) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public boolean read(KernelText text) {
        interfaces.truncate(0);
        if (process != null && text.taken(KernelFile.readOnce(process, TABLE, text.bytes()))) {
            table(text, interfaces);
        }
        return true;
    }

    /** Two lines of titles, then {@code eth0: 1 2 3 …} with eight columns received and eight sent. */
    static void table(KernelText text, JsonBytes into) {
        text.nextLine();
        text.nextLine();
        for (; text.more(); text.nextLine()) {
            text.blanks();
            int name = text.at();
            if (!text.accept(OURS)) {
                continue;
            }
            while (text.peek() != ':' && text.peek() != '\n' && text.more()) {
                text.skip(1);
            }
            int length = text.at() - name;
            text.skip(1);
            into.raw(into.length() == 0 ? "\"" : ",\"")
                    .raw(text.bytes(), name, length)
                    .raw("\":");
            for (int i = 0; i < KEYS.length; i++) {
                if (i == KEYS.length / 2) {
                    for (int skipped = 0; skipped < BETWEEN; skipped++) {
                        text.number();
                    }
                }
                into.raw(KEYS[i]).number(text.number());
            }
            into.raw('}');
        }
    }

    boolean isEmpty() {
        return interfaces.length() == 0;
    }

    @Override
    public void write(JsonBytes json) {
        json.raw('{').raw(interfaces.array(), interfaces.length()).raw('}');
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
