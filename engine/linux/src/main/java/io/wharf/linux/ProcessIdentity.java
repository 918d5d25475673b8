package io.wharf.linux;

import java.util.Optional;

/**
 * A process known so that a recycled pid deceives nobody.
 *
 * @param startTicks field 22 of /proc/PID/stat: clock ticks after boot
 * @param bootId /proc/sys/kernel/random/boot_id of the boot it belongs to
 */
public record ProcessIdentity(int pid, long startTicks, String bootId) {
    private static final int STATE_FIELD = 3;
    private static final int PARENT_FIELD = 4;
    private static final int START_FIELD = 22;

    /** Who has this pid now, a zombie included; empty where nobody has. */
    public static Optional<ProcessIdentity> of(int pid) {
        return stat(pid).map(stat -> new ProcessIdentity(pid, stat.startTicks, Boot.id()));
    }

    /** Runs still: same boot, same start, and not a zombie. */
    public boolean isAlive() {
        return bootId.equals(Boot.id())
                && stat(pid)
                        .filter(stat -> stat.startTicks == startTicks && stat.runs())
                        .isPresent();
    }

    /** Still in the process table, be it as a zombie that waits to be reaped. */
    public boolean exists() {
        return bootId.equals(Boot.id())
                && stat(pid).filter(stat -> stat.startTicks == startTicks).isPresent();
    }

    /** Fields of /proc/PID/stat that decide who a process is. */
    record Stat(char state, int parent, long startTicks) {
        boolean runs() {
            return state != 'Z' && state != 'X' && state != 'x';
        }
    }

    static Optional<Stat> stat(int pid) {
        return SmallFiles.readIfPresent("/proc/" + pid + "/stat").flatMap(ProcessIdentity::parse);
    }

    /** The name in parentheses may hold anything, parentheses and spaces too: fields count from the last one. */
    static Optional<Stat> parse(String line) {
        var end = line.lastIndexOf(')');
        if (end < 0 || end + 2 >= line.length()) {
            return Optional.empty();
        }
        var fields = line.substring(end + 2).split(" ");
        return Optional.of(new Stat(
                fields[0].charAt(0),
                Integer.parseInt(fields[PARENT_FIELD - STATE_FIELD]),
                Long.parseLong(fields[START_FIELD - STATE_FIELD])));
    }
}
