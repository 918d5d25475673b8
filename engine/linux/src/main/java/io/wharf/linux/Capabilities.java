package io.wharf.linux;

import java.util.ArrayList;
import java.util.List;

/** Capabilities (capabilities(7)): their names, and those that this process has. */
public final class Capabilities {
    private static final List<String> NAMES =
            List.of(("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE"
                            + " NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO"
                            + " SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME"
                            + " SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN"
                            + " SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE")
                    .split(" "));
    private static final String PREFIX = "CAP_";

    private Capabilities() {}

    /** All that the running kernel knows, by number, as {@code CAP_CHOWN}. */
    public static List<String> known() {
        var last = SmallFiles.readIfPresent("/proc/sys/kernel/cap_last_cap")
                .map(text -> Integer.parseInt(text.strip()))
                .orElse(NAMES.size() - 1);
        return NAMES.stream().limit(last + 1L).map(name -> PREFIX + name).toList();
    }

    /** In force for this process. */
    public static List<String> effective() {
        return of("CapEff");
    }

    /** The most that this process and its children can ever have. */
    public static List<String> bounding() {
        return of("CapBnd");
    }

    public static boolean has(String name) {
        return effective().contains(name);
    }

    private static List<String> of(String field) {
        for (var line : SmallFiles.read("/proc/self/status").split("\n")) {
            if (line.startsWith(field + ":")) {
                return names(Long.parseUnsignedLong(
                        line.substring(field.length() + 1).strip(), 16));
            }
        }
        return List.of();
    }

    static List<String> names(long bits) {
        var names = new ArrayList<String>();
        for (var i = 0; i < NAMES.size(); i++) {
            if ((bits >>> i & 1) != 0) {
                names.add(PREFIX + NAMES.get(i));
            }
        }
        return names;
    }
}
