package io.wharf.oci;

import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a container's {@code config.json} is made from; all of it is decided before the first byte is written.
 *
 * @param id full id of the container
 * @param config as {@link CheckCreate} completed it
 * @param host as {@link CheckCreate} completed it
 * @param root the mounted root
 * @param namespaces which namespaces are its own
 * @param mounts with the folders of its volumes filled in, see {@link MountPlan#withVolumes}
 * @param etc its three files, or those of the container whose network it shares; null for none
 * @param shm a tmpfs of the host to show at /dev/shm, or null for one of the container's own
 */
public record SpecInput(
        String id,
        ContainerConfig config,
        HostConfig host,
        Path root,
        Namespaces namespaces,
        MountPlan mounts,
        @Nullable EtcFiles etc,
        @Nullable Path shm) {

    /** The same with another host configuration. */
    SpecInput with(HostConfig other) {
        return other.equals(host) ? this : new SpecInput(id, config, other, root, namespaces, mounts, etc, shm);
    }

    /** Where a namespace comes from. */
    public sealed interface Namespace {
        /** A new one. */
        record Fresh() implements Namespace {}

        /** The engine's own, that is: no namespace. */
        record OfHost() implements Namespace {}

        /** One that exists, by its path, such as {@code /proc/12/ns/pid}. */
        record At(String path) implements Namespace {}

        Namespace FRESH = new Fresh();
        Namespace HOST = new OfHost();

        /** The namespace at a path; the host's where it is empty, as {@code Sandbox.netnsPath} means it. */
        static Namespace atOrHost(String path) {
            return path.isEmpty() ? HOST : new At(path);
        }
    }

    /** The namespaces of a container; its mount namespace is always its own. */
    public record Namespaces(Namespace pid, Namespace ipc, Namespace uts, Namespace network, Namespace cgroup) {

        /**
         * The namespaces that a host configuration asks for.
         *
         * @param network the sandbox's namespace, see {@link Namespace#atOrHost}
         * @param pids for modes {@code container:REF}: the running process of each container that is named, by REF
         */
        public static Namespaces of(HostConfig host, Namespace network, Map<String, Integer> pids) {
            return new Namespaces(
                    mode("PID", "pid", host.pidMode(), pids),
                    mode("IPC", "ipc", host.ipcMode(), pids),
                    mode("UTS", "uts", host.utsMode(), pids),
                    network,
                    "host".equals(host.cgroupnsMode()) ? Namespace.HOST : Namespace.FRESH);
        }

        private static Namespace mode(String title, String kind, @Nullable String mode, Map<String, Integer> pids) {
            if (mode == null || mode.isEmpty()) {
                return Namespace.FRESH;
            }
            if (mode.startsWith("container:")) {
                String ref = mode.substring("container:".length());
                Integer pid = pids.get(ref);
                if (pid == null) {
                    throw io.wharf.base.WharfException.conflict(
                            "failed to join " + title + " namespace: container " + ref + " is not running");
                }
                return new Namespace.At("/proc/" + pid + "/ns/" + kind);
            }
            return mode.equals("host") ? Namespace.HOST : Namespace.FRESH;
        }
    }
}
