package io.wharf.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program as a file in memory that nobody can change any more, to be run in place of the one on disk.
 *
 * <p>A runtime that enters a container guards its own program against what runs there (CVE-2019-5736): it makes a copy or
 * a read-only mount of itself at each run, and runs that anew, which is a third of what an exec costs it. One that finds
 * itself sealed already goes on at once (crun and runc: {@code cloned_binary.c}). The copy is made when it is first
 * wanted, anew when the program was replaced, and stays for the life of this process.
 */
public final class SealedProgram {
    private static final Logger LOG = LoggerFactory.getLogger(SealedProgram.class);
    /** What it may cost in memory: crun has half a megabyte, runc nine. */
    private static final long LARGEST = 2 << 20;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    /** Since Linux 6.3, where the host may otherwise have such files not be executable. */
    private static final int MFD_EXEC = 0x10;

    private static final int F_ADD_SEALS = 1033;
    private static final int ALL_SEALS = 0xf;
    private static final Duration TRIAL = Duration.ofSeconds(5);

    private static final Map<String, Copy> COPIES = new ConcurrentHashMap<>();

    private SealedProgram() {}

    /** By what a program is known to be the same, what to run, and the copy where there is one. */
    private record Copy(String state, String path, @Nullable Fd memory) {}

    /** The path to run for a program: of the copy, or the program itself where none can be. On a thread that may block. */
    public static String of(String program) {
        try {
            var attributes = Files.readAttributes(Path.of(program), BasicFileAttributes.class);
            var state = attributes.fileKey() + " " + attributes.size() + " " + attributes.lastModifiedTime();
            var known = COPIES.get(program);
            if (known != null && known.state().equals(state)) {
                return known.path();
            }
            return COPIES.compute(
                            program,
                            (name, other) -> other != null && other.state().equals(state)
                                    ? other
                                    : attributes.size() > LARGEST ? new Copy(state, name, null) : copy(name, state))
                    .path();
        } catch (IOException e) {
            LOG.debug("cannot look at {}: {}", program, e.toString());
            return program;
        }
    }

    /** Gives a copy's memory back: for a program that turned out to be of no use here, and that nobody runs. */
    public static void forget(String program) {
        var known = COPIES.remove(program);
        if (known != null && known.memory() != null) {
            known.memory().close();
        }
    }

    private static Copy copy(String program, String state) {
        try {
            var memory = make(program);
            try {
                var bytes = Files.readAllBytes(Path.of(program));
                if (bytes.length < 4 || bytes[0] != 0x7f || bytes[1] != 'E') {
                    throw new IOException("a script would be run from where it is not");
                }
                memory.writeAll(bytes);
                Descriptors.fcntl(memory, F_ADD_SEALS, ALL_SEALS);
                // By our number, for the child's own descriptors are closed before it runs.
                var path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + memory.value();
                var tried = Commands.run(Spawn.of(path, "--version"), new byte[0], TRIAL, 1 << 10);
                if (tried.success()) {
                    return new Copy(state, path, memory);
                }
                LOG.debug("{} does not run from memory: {}", program, tried.reason());
            } catch (RuntimeException | IOException e) {
                LOG.debug("{} does not run from memory: {}", program, e.toString());
            }
            memory.close();
        } catch (LinuxException e) {
            LOG.debug("no memory for {}: {}", program, e.toString());
        }
        return new Copy(state, program, null);
    }

    private static Fd make(String program) {
        var last = new LinuxException("memfd_create", Errno.EINVAL, program);
        for (var executable : List.of(MFD_EXEC, 0)) {
            var name = Scratch.get().first(String.valueOf(Path.of(program).getFileName()), "memfd_create");
            var fd = Native.syscall(Nr.MEMFD_CREATE, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | executable);
            if (fd != -Errno.EINVAL) {
                return Fd.own(Check.fd("memfd_create", fd, program));
            }
        }
        throw last;
    }
}
