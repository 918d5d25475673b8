package io.wharf.logs;

import io.netty.channel.IoEventLoop;
import io.wharf.linux.Errno;
import io.wharf.linux.Inotify;
import io.wharf.linux.LinuxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells followers that their log file has grown: one inotify instance for all of them.
 *
 * <p>Each watch tells once and is then gone, so that a container that writes without pause costs one event for each time
 * that its reader has caught up, and none while it has not.
 */
final class LogWatches implements AutoCloseable {
    private static final int IN_ONESHOT = 0x80000000;
    private static final int MASK = Inotify.IN_MODIFY | Inotify.IN_MOVE_SELF | Inotify.IN_DELETE_SELF | IN_ONESHOT;

    /** How soon somebody looks again whose file the kernel does not watch. */
    private static final int LOOK_MILLIS = 250;

    private static final Logger LOG = LoggerFactory.getLogger(LogWatches.class);

    private final IoEventLoop loop;
    private final Inotify inotify;
    private boolean exhausted;
    private final Map<Integer, List<Runnable>> waiting = new HashMap<>();

    private LogWatches(IoEventLoop loop) {
        this.loop = loop;
        inotify = Inotify.open(loop, this::tell);
    }

    /** Watches whose events arrive on this loop. */
    static LogWatches on(IoEventLoop loop) {
        return new LogWatches(loop);
    }

    /** Runs an action once when the file changes from now on; the action may also run without a change. False where there
     * is no such file. */
    boolean once(Path file, Runnable changed) {
        synchronized (waiting) {
            try {
                int watch = inotify.add(file.toString(), MASK);
                List<Runnable> ofFile = waiting.computeIfAbsent(watch, number -> new ArrayList<>(1));
                if (!ofFile.contains(changed)) {
                    ofFile.add(changed);
                }
                return true;
            } catch (LinuxException e) {
                if (e.is(Errno.ENOENT)) {
                    return false;
                }
                if (!e.is(Errno.ENOSPC, Errno.ENOMEM)) {
                    throw e;
                }
                // The user's watches are used up, by whom ever: no reason for a log to stand still.
                if (!exhausted) {
                    exhausted = true;
                    LOG.warn("logs are looked at every {} ms: {}", LOOK_MILLIS, e.getMessage());
                }
                loop.schedule(changed, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return true;
            }
        }
    }

    /** An action is not to run any more; without this it would be kept until its file changes. */
    void forget(Runnable changed) {
        synchronized (waiting) {
            waiting.values().forEach(ofFile -> ofFile.remove(changed));
        }
    }

    private void tell(Inotify.Event event) {
        List<Runnable> told = new ArrayList<>();
        synchronized (waiting) {
            if (event.has(Inotify.IN_Q_OVERFLOW)) {
                waiting.values().forEach(told::addAll);
                waiting.clear();
            } else {
                List<Runnable> ofFile = waiting.remove(event.watch());
                if (ofFile != null) {
                    told.addAll(ofFile);
                }
            }
        }
        told.forEach(Runnable::run);
    }

    /** Nobody is told any more. */
    @Override
    public void close() {
        inotify.close();
    }
}
