package io.wharf.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * posix_spawn(3) of glibc 2.34 or newer: a vfork inside, so its cost does not grow with the heap.
 *
 * <p>The file actions run in the child in their order: first the chosen descriptors, then null for the standard ones
 * left, then everything else is closed.
 */
final class PosixSpawn {
    private static final int FILE_ACTIONS_BYTES = 80;
    private static final int ATTRIBUTES_BYTES = 336;
    private static final int SIGSET_BYTES = 128;
    private static final int SETSIGDEF = 0x04;
    private static final int SETSIGMASK = 0x08;
    private static final int SETSID = 0x80;

    private static final MemorySegment SPAWN = Native.function("posix_spawn");
    private static final MemorySegment ACTIONS_INIT = Native.function("posix_spawn_file_actions_init");
    private static final MemorySegment ACTIONS_DESTROY = Native.function("posix_spawn_file_actions_destroy");
    private static final MemorySegment ADD_DUP2 = Native.function("posix_spawn_file_actions_adddup2");
    private static final MemorySegment ADD_OPEN = Native.function("posix_spawn_file_actions_addopen");
    private static final MemorySegment ADD_CLOSE = Native.function("posix_spawn_file_actions_addclose");
    private static final MemorySegment ADD_CLOSEFROM = Native.function("posix_spawn_file_actions_addclosefrom_np");
    private static final MemorySegment ADD_CHDIR = Native.function("posix_spawn_file_actions_addchdir_np");
    private static final MemorySegment ATTR_INIT = Native.function("posix_spawnattr_init");
    private static final MemorySegment ATTR_SETFLAGS = Native.function("posix_spawnattr_setflags");
    private static final MemorySegment ATTR_SETSIGMASK = Native.function("posix_spawnattr_setsigmask");
    private static final MemorySegment ATTR_SETSIGDEFAULT = Native.function("posix_spawnattr_setsigdefault");

    private PosixSpawn() {}

    /** Starts the child; its pid. */
    static int spawn(Spawn spawn) {
        var borrowed = new ArrayList<Fd>();
        try (var arena = Arena.ofConfined()) {
            var actions = arena.allocate(FILE_ACTIONS_BYTES, 16);
            call("posix_spawn_file_actions_init", Native.call(ACTIONS_INIT, actions.address()));
            try {
                addActions(spawn, actions.address(), arena, borrowed);
                return start(spawn, actions, arena);
            } finally {
                Native.call(ACTIONS_DESTROY, actions.address());
            }
        } finally {
            borrowed.forEach(Fd::close);
        }
    }

    private static int start(Spawn spawn, MemorySegment actions, Arena arena) {
        var pid = arena.allocate(JAVA_INT);
        var result = (int) Native.call(
                SPAWN,
                pid.address(),
                text(spawn.program(), arena).address(),
                actions.address(),
                attributes(spawn, arena).address(),
                strings(spawn.arguments(), arena).address(),
                strings(spawn.environment(), arena).address());
        if (result != 0) {
            throw new LinuxException("posix_spawn", result, spawn.program(), spawn.arguments());
        }
        return pid.get(JAVA_INT, 0);
    }

    private static void addActions(Spawn spawn, long actions, Arena arena, List<Fd> borrowed) {
        var highest = spawn.descriptors().stream()
                .mapToInt(Spawn.Mapping::target)
                .max()
                .orElse(-1);
        var end = Math.max(highest, 2) + 1;
        var given = new boolean[end];
        for (var mapping : spawn.descriptors()) {
            var source = mapping.source().value();
            if (source < end) {
                // An earlier dup2 could overwrite this source: take a copy out of the targets' range.
                var moved = Fd.own(Descriptors.duplicate(source, end));
                borrowed.add(moved);
                source = moved.value();
            }
            given[mapping.target()] = true;
            call("posix_spawn_file_actions_adddup2", Native.call(ADD_DUP2, actions, source, mapping.target()));
        }
        var nothing = arena.allocateFrom("/dev/null");
        for (var fd = 0; fd < end; fd++) {
            if (!given[fd]) {
                var result = fd <= 2
                        ? Native.call(ADD_OPEN, actions, fd, nothing.address(), OpenFlags.O_RDWR, 0, 0)
                        : Native.call(ADD_CLOSE, actions, fd);
                call("posix_spawn_file_actions_addopen", result);
            }
        }
        call("posix_spawn_file_actions_addclosefrom_np", Native.call(ADD_CLOSEFROM, actions, end));
        var directory = spawn.directory();
        if (directory != null) {
            var path = text(directory, arena);
            call("posix_spawn_file_actions_addchdir_np", Native.call(ADD_CHDIR, actions, path.address()));
        }
    }

    private static MemorySegment attributes(Spawn spawn, Arena arena) {
        var attributes = arena.allocate(ATTRIBUTES_BYTES, 16);
        var signals = arena.allocate(SIGSET_BYTES, 16);
        call("posix_spawnattr_init", Native.call(ATTR_INIT, attributes.address()));
        Native.call(ATTR_SETSIGMASK, attributes.address(), signals.address());
        // All bits, where sigfillset would leave out the C library's own two, which then stayed ignored in the child.
        signals.fill((byte) 0xff);
        Native.call(ATTR_SETSIGDEFAULT, attributes.address(), signals.address());
        var flags = SETSIGDEF | SETSIGMASK | (spawn.newSession() ? SETSID : 0);
        call("posix_spawnattr_setflags", Native.call(ATTR_SETFLAGS, attributes.address(), flags));
        return attributes;
    }

    private static MemorySegment strings(List<String> texts, Arena arena) {
        var array = arena.allocate(ADDRESS, texts.size() + 1);
        for (var i = 0; i < texts.size(); i++) {
            array.setAtIndex(ADDRESS, i, text(texts.get(i), arena));
        }
        array.setAtIndex(ADDRESS, texts.size(), MemorySegment.NULL);
        return array;
    }

    private static MemorySegment text(String text, Arena arena) {
        if (text.indexOf(0) >= 0) {
            throw new LinuxException("posix_spawn", Errno.EINVAL, text);
        }
        var bytes = Names.encode(text);
        var segment = arena.allocate(bytes.length + 1L);
        segment.asByteBuffer().put(bytes);
        return segment;
    }

    /** These answer an error number and leave errno alone. */
    private static void call(String name, long result) {
        if ((int) result != 0) {
            throw new LinuxException(name, (int) result);
        }
    }
}
