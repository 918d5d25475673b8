package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code linux} object of the OCI runtime specification: namespaces, cgroup, hidden paths, system calls. */
final class LinuxSpec {
    private static final List<String> MASKED_ANYWHERE = List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    /** Docker's documented paths that a container sees empty. */
    static final List<String> MASKED = masked(Path.of("/sys/devices/system/cpu"));

    /** Docker's documented paths that a container cannot write. */
    static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private final HostFacts facts;
    private final CgroupPaths cgroups;
    private final Seccomp seccomp;

    LinuxSpec(HostFacts facts, CgroupPaths cgroups, Seccomp seccomp) {
        this.facts = facts;
        this.cgroups = cgroups;
        this.seccomp = seccomp;
    }

    void write(JsonGenerator json, SpecInput input, long capabilities, List<String> warnings) throws IOException {
        HostConfig host = input.host();
        Devices.Chosen devices = Devices.choose(host);
        json.writeStartObject();
        writeNamespaces(json, input.namespaces());
        writeSysctls(json, input);
        json.writeStringField("cgroupsPath", cgroups.of(input.id(), host.cgroupParent()));
        json.writeFieldName("resources");
        ResourcesSpec.write(json, host, devices.rules(), facts);
        devices.writeNodes(json);
        String propagation = input.mounts().rootPropagation();
        if (!propagation.isEmpty()) {
            json.writeStringField("rootfsPropagation", propagation);
        }
        if (!host.privileged()) {
            ProcessSpec.writeStrings(json, "maskedPaths", orDefault(host.maskedPaths(), MASKED));
            ProcessSpec.writeStrings(json, "readonlyPaths", orDefault(host.readonlyPaths(), READ_ONLY));
            writeSeccomp(json, host, capabilities, warnings);
        } else {
            writeCustomSeccomp(json, host, capabilities);
        }
        json.writeEndObject();
    }

    private static List<String> orDefault(@Nullable List<String> paths, List<String> usual) {
        return paths == null ? usual : paths;
    }

    /** With what tells of each processor's heat, by which a neighbour's work could be guessed. */
    static List<String> masked(Path processors) {
        List<String> paths = new ArrayList<>(MASKED_ANYWHERE);
        try (DirectoryStream<Path> each = Files.newDirectoryStream(processors, "cpu[0-9]*")) {
            for (Path processor : each) {
                Path heat = processor.resolve("thermal_throttle");
                if (Files.exists(heat)) {
                    paths.add(heat.toString());
                }
            }
        } catch (NoSuchFileException e) {
            return MASKED_ANYWHERE;
        } catch (IOException e) {
            throw WharfException.internal("cannot list the processors: " + e.getMessage(), e);
        }
        return List.copyOf(paths);
    }

    private static void writeNamespaces(JsonGenerator json, SpecInput.Namespaces namespaces) throws IOException {
        json.writeArrayFieldStart("namespaces");
        writeNamespace(json, "mount", SpecInput.Namespace.FRESH);
        writeNamespace(json, "network", namespaces.network());
        writeNamespace(json, "uts", namespaces.uts());
        writeNamespace(json, "pid", namespaces.pid());
        writeNamespace(json, "ipc", namespaces.ipc());
        writeNamespace(json, "cgroup", namespaces.cgroup());
        json.writeEndArray();
    }

    private static void writeNamespace(JsonGenerator json, String type, SpecInput.Namespace namespace)
            throws IOException {
        if (namespace instanceof SpecInput.Namespace.OfHost) {
            return;
        }
        json.writeStartObject();
        json.writeStringField("type", type);
        if (namespace instanceof SpecInput.Namespace.At at) {
            json.writeStringField("path", at.path());
        }
        json.writeEndObject();
    }

    // In a network of its own a container may use low ports and ping without privileges, as with Docker.
    private static void writeSysctls(JsonGenerator json, SpecInput input) throws IOException {
        Map<String, String> sysctls = new LinkedHashMap<>();
        boolean ownNetwork = !(input.namespaces().network() instanceof SpecInput.Namespace.OfHost)
                && !input.host().networkMode().startsWith("container:");
        if (ownNetwork) {
            sysctls.put("net.ipv4.ip_unprivileged_port_start", "0");
            sysctls.put("net.ipv4.ping_group_range", "0 2147483647");
        }
        if (!input.config().domainname().isEmpty()
                && !(input.namespaces().uts() instanceof SpecInput.Namespace.OfHost)) {
            sysctls.put("kernel.domainname", input.config().domainname());
        }
        sysctls.putAll(input.host().sysctls());
        if (!sysctls.isEmpty()) {
            json.writeObjectFieldStart("sysctl");
            for (Map.Entry<String, String> one : sysctls.entrySet()) {
                json.writeStringField(one.getKey(), one.getValue());
            }
            json.writeEndObject();
        }
    }

    private void writeSeccomp(JsonGenerator json, HostConfig host, long capabilities, List<String> warnings)
            throws IOException {
        if (!facts.seccomp()) {
            warnings.add("this kernel does not filter system calls: the container runs without a seccomp profile");
            return;
        }
        if (Security.of(host).seccomp().isEmpty()) {
            json.writeFieldName("seccomp");
            json.writeRawValue(seccomp.forCapabilities(capabilities));
        } else {
            writeCustomSeccomp(json, host, capabilities);
        }
    }

    private void writeCustomSeccomp(JsonGenerator json, HostConfig host, long capabilities) throws IOException {
        String profile = Security.of(host).seccomp();
        if (!profile.isEmpty() && !profile.equals(Security.UNCONFINED)) {
            json.writeFieldName("seccomp");
            json.writeRawValue(SeccompProfile.convert(profile, capabilities, facts));
        }
    }
}
