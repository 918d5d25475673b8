package io.wharf.volumes.local;

import static io.wharf.linux.MountFlags.MS_BIND;
import static io.wharf.linux.MountFlags.MS_DIRSYNC;
import static io.wharf.linux.MountFlags.MS_MANDLOCK;
import static io.wharf.linux.MountFlags.MS_NOATIME;
import static io.wharf.linux.MountFlags.MS_NODEV;
import static io.wharf.linux.MountFlags.MS_NODIRATIME;
import static io.wharf.linux.MountFlags.MS_NOEXEC;
import static io.wharf.linux.MountFlags.MS_NOSUID;
import static io.wharf.linux.MountFlags.MS_PRIVATE;
import static io.wharf.linux.MountFlags.MS_RDONLY;
import static io.wharf.linux.MountFlags.MS_REC;
import static io.wharf.linux.MountFlags.MS_RELATIME;
import static io.wharf.linux.MountFlags.MS_REMOUNT;
import static io.wharf.linux.MountFlags.MS_SHARED;
import static io.wharf.linux.MountFlags.MS_SLAVE;
import static io.wharf.linux.MountFlags.MS_STRICTATIME;
import static io.wharf.linux.MountFlags.MS_SYNCHRONOUS;
import static io.wharf.linux.MountFlags.MS_UNBINDABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Options as mount(8) writes them: words that stand for flags of mount(2), and the rest, which is the file system's.
 *
 * @param flags without those of propagation
 * @param propagation flags of a second call; 0 for none
 */
record MountOptions(int flags, int propagation, String rest) {
    private static final int KINDS = MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED;

    /** A flag and whether the word clears it. */
    private record Word(boolean clears, int flags) {}

    private static final Map<String, Word> WORDS = Map.ofEntries(
            set("defaults", 0),
            set("ro", MS_RDONLY),
            clear("rw", MS_RDONLY),
            set("nosuid", MS_NOSUID),
            clear("suid", MS_NOSUID),
            set("nodev", MS_NODEV),
            clear("dev", MS_NODEV),
            set("noexec", MS_NOEXEC),
            clear("exec", MS_NOEXEC),
            set("sync", MS_SYNCHRONOUS),
            clear("async", MS_SYNCHRONOUS),
            set("dirsync", MS_DIRSYNC),
            set("remount", MS_REMOUNT),
            set("mand", MS_MANDLOCK),
            clear("nomand", MS_MANDLOCK),
            set("noatime", MS_NOATIME),
            clear("atime", MS_NOATIME),
            set("nodiratime", MS_NODIRATIME),
            clear("diratime", MS_NODIRATIME),
            set("relatime", MS_RELATIME),
            clear("norelatime", MS_RELATIME),
            set("strictatime", MS_STRICTATIME),
            clear("nostrictatime", MS_STRICTATIME),
            set("bind", MS_BIND),
            set("rbind", MS_BIND | MS_REC),
            set("unbindable", MS_UNBINDABLE),
            set("runbindable", MS_UNBINDABLE | MS_REC),
            set("private", MS_PRIVATE),
            set("rprivate", MS_PRIVATE | MS_REC),
            set("slave", MS_SLAVE),
            set("rslave", MS_SLAVE | MS_REC),
            set("shared", MS_SHARED),
            set("rshared", MS_SHARED | MS_REC));

    private static Map.Entry<String, Word> set(String word, int flags) {
        return Map.entry(word, new Word(false, flags));
    }

    private static Map.Entry<String, Word> clear(String word, int flags) {
        return Map.entry(word, new Word(true, flags));
    }

    static MountOptions parse(String text) {
        int flags = 0;
        int propagation = 0;
        List<String> rest = new ArrayList<>();
        for (String option : text.split(",")) {
            Word word = WORDS.get(option);
            if (word == null) {
                if (!option.isEmpty()) {
                    rest.add(option);
                }
            } else if ((word.flags & KINDS) != 0) {
                propagation |= word.flags;
            } else {
                flags = word.clears ? flags & ~word.flags : flags | word.flags;
            }
        }
        return new MountOptions(flags, propagation, String.join(",", rest));
    }

    /** A bind takes the flags of what it shows; its own have to be set in a second call. */
    boolean changesABind() {
        return (flags & MS_BIND) != 0 && (flags & ~(MS_BIND | MS_REC)) != 0;
    }
}
