package io.wharf.linux;

import java.util.List;

/**
 * One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)), escapes undone.
 *
 * @param device {@code major:minor}
 * @param root the folder of the file system that is mounted
 * @param options of this mount, as {@code rw,nosuid}
 * @param tags optional fields, as {@code shared:12} or {@code master:3}
 * @param superOptions of the file system
 */
public record MountEntry(
        int id,
        int parent,
        String device,
        String root,
        String mountPoint,
        String options,
        List<String> tags,
        String type,
        String source,
        String superOptions) {

    public MountEntry {
        tags = List.copyOf(tags);
    }

    public boolean isShared() {
        return tags.stream().anyMatch(tag -> tag.startsWith("shared:"));
    }

    public boolean isSlave() {
        return tags.stream().anyMatch(tag -> tag.startsWith("master:"));
    }

    public boolean hasOption(String option) {
        return List.of(options.split(",")).contains(option);
    }

    public boolean hasSuperOption(String option) {
        return List.of(superOptions.split(",")).contains(option);
    }
}
