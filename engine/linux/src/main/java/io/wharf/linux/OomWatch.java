package io.wharf.linux;

import io.netty.channel.IoEventLoop;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the kernel's out-of-memory killer is at work in a cgroup, without a thread: by inotify on v2's
 * {@code memory.events}, one descriptor for all cgroups while there are any; by an eventfd on v1's
 * {@code memory.oom_control}, one each.
 *
 * <p>It tells that something may have happened, on v1 before it has: {@link Cgroups#outOfMemoryKills} tells how often.
 * Confined to the loop's thread, but for {@link #close}.
 */
public final class OomWatch implements AutoCloseable {
    private static final int EVENTFD_BYTES = 8;

    private final IoEventLoop loop;
    private final CgroupHierarchies hierarchies;
    private final Map<Integer, Runnable> watches = new HashMap<>();
    private @Nullable Inotify inotify;

    public OomWatch(IoEventLoop loop, CgroupHierarchies hierarchies) {
        this.loop = loop;
        this.hierarchies = hierarchies;
    }

    /**
     * Watches a cgroup that exists; called back on the loop.
     *
     * @return ends the watch; empty where there is no such cgroup or no controller of memory
     */
    public Optional<AutoCloseable> watch(String cgroup, Runnable suspected) {
        Optional<CgroupHierarchies.Hierarchy> tree = hierarchies.of("memory");
        try {
            return tree.map(found -> found.unified()
                    ? watchEvents(found.folder(cgroup) + "/memory.events", suspected)
                    : watchControl(found.folder(cgroup), suspected));
        } catch (LinuxException e) {
            closeUnused();
            if (e.is(Errno.ENOENT, Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private AutoCloseable watchEvents(String file, Runnable suspected) {
        Inotify events = inotify;
        if (events == null) {
            events = Inotify.open(loop, this::changed);
            inotify = events;
        }
        Inotify shared = events;
        int watch = shared.add(file, Inotify.IN_MODIFY);
        watches.put(watch, suspected);
        return () -> {
            // Gone by itself where the cgroup is, and its number may be another's by now.
            if (watches.remove(watch, suspected)) {
                shared.remove(watch);
                closeUnused();
            }
        };
    }

    /** The next cgroup opens another one. */
    private void closeUnused() {
        Inotify unused = inotify;
        if (unused != null && watches.isEmpty()) {
            inotify = null;
            unused.close();
        }
    }

    private void changed(Inotify.Event event) {
        if (event.has(Inotify.IN_IGNORED)) {
            watches.remove(event.watch());
            closeUnused();
            return;
        }
        if (event.has(Inotify.IN_Q_OVERFLOW)) {
            watches.values().forEach(Runnable::run);
            return;
        }
        Runnable suspected = watches.get(event.watch());
        if (suspected != null) {
            suspected.run();
        }
    }

    /** Source: the kernel's {@code admin-guide/cgroup-v1/memory.rst}, "OOM Control". */
    private AutoCloseable watchControl(String folder, Runnable suspected) {
        int flags = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
        Fd told = Fd.own(Check.fd("eventfd2", Native.syscall(Nr.EVENTFD2, 0, flags), 0, flags));
        try (Fd control = Entries.open(folder + "/memory.oom_control", OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC, 0);
                Fd register =
                        Entries.open(folder + "/cgroup.event_control", OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC, 0)) {
            register.writeAll((told.value() + " " + control.value()).getBytes(StandardCharsets.US_ASCII));
        } catch (RuntimeException e) {
            told.close();
            throw e;
        }
        Readiness readiness = Readiness.watch(loop, told, () -> {
            byte[] count = new byte[EVENTFD_BYTES];
            if (told.isOpen() && told.read(count, 0, EVENTFD_BYTES) > 0) {
                suspected.run();
            }
        });
        return () -> readiness.cancel(told::close);
    }

    @Override
    public void close() {
        loop.execute(() -> {
            watches.clear();
            if (inotify != null) {
                inotify.close();
            }
        });
    }
}
