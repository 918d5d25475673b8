package io.wharf.linux;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Kills for want of memory as the kernel's log tells of them: what remains when a cgroup is gone, and its counts with it.
 *
 * <p>The kernel writes down a kill before the process ends, so whoever asks after the end of a process misses none, but
 * where many kills within seconds have the kernel leave some out. The log is held open only while something is watched.
 * For every thread. Sources: the kernel's {@code ABI/testing/dev-kmsg}; the line of {@code mm/oom_kill.c}, since 5.0.
 */
public final class OomLog {
    private static final int SEEK_END = 2;
    /** The longest record that the kernel hands out. */
    private static final int RECORD_BYTES = 8192;

    private static final String KILL = ";oom-kill:";
    private static final String GROUP = ",task_memcg=";

    private final String file;
    private final Map<String, Watch> watches = new HashMap<>();
    private @Nullable Fd log;

    public OomLog() {
        this("/dev/kmsg");
    }

    /** Reads a file of such records instead of the kernel's. */
    OomLog(String file) {
        this.file = file;
    }

    /** Kills of one name, counted as far as the log has been read. */
    private static final class Watch {
        long kills;
    }

    /**
     * From now on counts kills in cgroups whose path has this name in it, instead of a watch that it had. Fails where the log
     * cannot be read.
     *
     * @return ends the watch unasked; nothing where it has ended
     */
    public synchronized AutoCloseable watch(String name) {
        Fd open = log;
        if (open != null) {
            // What came before is none of this watch's: an earlier run may have had the name.
            readOn(open);
        } else {
            Fd opened = Entries.open(file, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0);
            try {
                Descriptors.seek(opened, 0, SEEK_END);
            } catch (LinuxException e) {
                opened.close();
                throw e;
            }
            log = opened;
        }
        Watch watch = new Watch();
        watches.put(name, watch);
        return () -> forget(name, watch);
    }

    private synchronized void forget(String name, Watch watch) {
        if (watches.remove(name, watch)) {
            closeUnused();
        }
    }

    /** How many there were, and ends the watch; 0 for what is not watched. */
    public synchronized long end(String name) {
        Fd open = log;
        Watch watch = watches.get(name);
        if (open == null || watch == null) {
            return 0;
        }
        try {
            readOn(open);
            return watch.kills;
        } finally {
            forget(name, watch);
        }
    }

    private void closeUnused() {
        Fd unused = log;
        if (unused != null && watches.isEmpty()) {
            log = null;
            unused.close();
        }
    }

    private void readOn(Fd open) {
        byte[] record = new byte[RECORD_BYTES];
        while (true) {
            int length;
            try {
                length = open.read(record, 0, record.length);
            } catch (LinuxException e) {
                // Overwritten before it was read: the next read has the oldest one that is left.
                if (e.is(Errno.EPIPE, Errno.EINTR)) {
                    continue;
                }
                throw e;
            }
            if (length <= 0) {
                return;
            }
            String cgroup = cgroupOfKill(new String(record, 0, length, StandardCharsets.UTF_8));
            if (!cgroup.isEmpty()) {
                watches.forEach((name, watch) -> watch.kills += cgroup.contains(name) ? 1 : 0);
            }
        }
    }

    /** The cgroup of the process that was killed; empty where a record is about something else, or not the kernel's. */
    static String cgroupOfKill(String record) {
        int text = record.indexOf(KILL);
        int comma = record.indexOf(',');
        // "6,606843,67777292967,-;oom-kill:constraint=…": eight levels of the kernel, all others are of programs.
        if (text < 0 || comma != 1 || record.charAt(0) < '0' || record.charAt(0) > '7') {
            return "";
        }
        int group = record.indexOf(GROUP, text);
        if (group < 0) {
            return "";
        }
        int end = record.indexOf(",task=", group);
        return end < 0 ? "" : record.substring(group + GROUP.length(), end);
    }
}
