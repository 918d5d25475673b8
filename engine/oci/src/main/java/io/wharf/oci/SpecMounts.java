package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.contracts.HostConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code mounts} of a spec: those of every container, then those of the plan, then the engine's own files. */
final class SpecMounts {
    private static final String NO_EXEC = "noexec";
    private static final String NO_SUID = "nosuid";
    private static final String NO_DEV = "nodev";
    private static final String READ_ONLY = "ro";
    private static final String DEV = "/dev";
    private static final Set<String> WRITABLE_ON_READ_ONLY_ROOT =
            Set.of("/proc", DEV, "/dev/shm", "/dev/mqueue", "/dev/pts", "/dev/console");

    private static final List<String> WRITABLE = List.of(NO_SUID, NO_EXEC, NO_DEV);

    private record Mount(String destination, String type, String source, List<String> options) {}

    private SpecMounts() {}

    static void write(JsonGenerator json, SpecInput input, @Nullable String initPath) throws IOException {
        json.writeArrayFieldStart("mounts");
        for (Mount mount : of(input, initPath)) {
            json.writeStartObject();
            json.writeStringField("destination", mount.destination());
            json.writeStringField("type", mount.type());
            json.writeStringField("source", mount.source());
            ProcessSpec.writeStrings(json, "options", mount.options());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static List<Mount> of(SpecInput input, @Nullable String initPath) {
        Set<String> taken = new HashSet<>();
        input.mounts().targets().forEach(target -> taken.add(target.destination()));
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : defaults(input)) {
            // Who mounts over /dev brings what is below it along.
            if (!taken.contains(mount.destination())
                    && !(taken.contains(DEV) && mount.destination().startsWith(DEV + "/"))) {
                mounts.add(
                        input.host().readonlyRootfs()
                                        && !WRITABLE_ON_READ_ONLY_ROOT.contains(mount.destination())
                                        && !mount.options().contains(READ_ONLY)
                                        && !mount.options().equals(WRITABLE)
                                ? withReadOnly(mount)
                                : mount);
            }
        }
        input.mounts().targets().forEach(target -> mounts.add(planned(target)));
        // After what is mounted around them, which would hide them: a volume at /etc or /run, where a link may lead.
        EtcFiles etc = input.etc();
        if (etc != null) {
            addFile(mounts, taken, input.host(), "/etc/resolv.conf", etc.resolvConf());
            addFile(mounts, taken, input.host(), "/etc/hostname", etc.hostname());
            addFile(mounts, taken, input.host(), "/etc/hosts", etc.hosts());
        }
        if (DockerInit.wanted(input.host())) {
            mounts.add(new Mount(
                    DockerInit.INSIDE, "bind", DockerInit.program(initPath).toString(), List.of("bind", READ_ONLY)));
        }
        return mounts;
    }

    private static List<Mount> defaults(SpecInput input) {
        boolean privileged = input.host().privileged();
        List<String> kernelsOwn = List.of(NO_SUID, NO_EXEC, NO_DEV, READ_ONLY);
        List<Mount> mounts = new ArrayList<>(8);
        mounts.add(new Mount("/proc", "proc", "proc", List.of(NO_SUID, NO_EXEC, NO_DEV)));
        mounts.add(new Mount(DEV, "tmpfs", "tmpfs", List.of(NO_SUID, "strictatime", "mode=755", "size=65536k")));
        mounts.add(new Mount(
                "/dev/pts",
                "devpts",
                "devpts",
                List.of(NO_SUID, NO_EXEC, "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")));
        mounts.add(new Mount("/sys", "sysfs", "sysfs", privileged ? WRITABLE : kernelsOwn));
        mounts.add(new Mount(
                "/sys/fs/cgroup",
                "cgroup",
                "cgroup",
                Security.of(input.host()).writesCgroups(input.host()) ? WRITABLE : kernelsOwn));
        mounts.add(new Mount("/dev/mqueue", "mqueue", "mqueue", List.of(NO_SUID, NO_EXEC, NO_DEV)));
        sharedMemory(input, mounts);
        return mounts;
    }

    private static void sharedMemory(SpecInput input, List<Mount> mounts) {
        Path shared =
                input.namespaces().ipc() instanceof SpecInput.Namespace.OfHost ? Path.of("/dev/shm") : input.shm();
        if (shared != null) {
            mounts.add(new Mount("/dev/shm", "bind", shared.toString(), List.of("rbind", "rprivate")));
        } else if (!input.host().ipcMode().equals("none")) {
            mounts.add(new Mount(
                    "/dev/shm",
                    "tmpfs",
                    "shm",
                    List.of(
                            NO_SUID,
                            NO_EXEC,
                            NO_DEV,
                            "mode=1777",
                            "size=" + input.host().shmSize())));
        }
    }

    private static void addFile(List<Mount> mounts, Set<String> taken, HostConfig host, String inside, Path file) {
        if (!taken.contains(inside)) {
            mounts.add(new Mount(
                    inside,
                    "bind",
                    file.toString(),
                    host.readonlyRootfs() ? List.of("rbind", READ_ONLY, "rprivate") : List.of("rbind", "rprivate")));
        }
    }

    private static Mount planned(MountTarget target) {
        if (target.type().equals(MountTarget.TMPFS)) {
            List<String> options = new ArrayList<>(TmpfsOptions.merged(target.options()));
            if (target.readOnly() && !options.contains(READ_ONLY)) {
                options.add(READ_ONLY);
            }
            options.add("rprivate");
            return new Mount(target.destination(), "tmpfs", "tmpfs", options);
        }
        List<String> options = new ArrayList<>();
        options.add(target.recursive() ? "rbind" : "bind");
        if (target.readOnly()) {
            options.add(target.options().isEmpty() ? READ_ONLY : target.options());
        }
        options.add(target.propagation().isEmpty() ? "rprivate" : target.propagation());
        return new Mount(target.destination(), "bind", target.source(), List.copyOf(options));
    }

    private static Mount withReadOnly(Mount mount) {
        List<String> options = new ArrayList<>(mount.options());
        options.add(READ_ONLY);
        return new Mount(mount.destination(), mount.type(), mount.source(), options);
    }
}
