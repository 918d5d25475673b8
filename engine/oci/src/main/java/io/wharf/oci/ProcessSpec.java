package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.HostConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code process} object of the OCI runtime specification, for a container and for {@code exec --process}. */
public final class ProcessSpec {
    private final HostFacts facts;
    private final AppliedDefaults applied;

    ProcessSpec(HostFacts facts, AppliedDefaults applied) {
        this.facts = facts;
        this.applied = applied;
    }

    /** All that differs between a container's first process and a further one. */
    private record Wanted(
            List<String> arguments,
            List<String> environment,
            String directory,
            String user,
            boolean tty,
            List<Integer> consoleSize,
            long capabilities) {}

    /**
     * The JSON of a further process; on a thread that may block, for it reads the root's user database.
     *
     * @param config the container's, {@code host} likewise
     * @param consoleSize height and width of its terminal; empty or zeros where unknown
     * @param root the container's mounted root
     */
    public byte[] forExec(
            ContainerConfig config,
            HostConfig host,
            ExecService.ExecConfig exec,
            List<Integer> consoleSize,
            Path root) {
        Wanted process = new Wanted(
                exec.cmd(),
                Environment.over(Environment.of(config, exec.tty()), exec.env()),
                exec.workingDir().isEmpty() ? config.workingDir() : exec.workingDir(),
                exec.user().isEmpty() ? config.user() : exec.user(),
                exec.tty(),
                consoleSize,
                capabilities(host, exec.privileged() || host.privileged()));
        ByteArrayOutputStream out = new ByteArrayOutputStream(2048);
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            write(json, process, applied.over(host), root, new ArrayList<>());
        } catch (IOException e) {
            throw WharfException.internal("cannot write the process of an exec: " + e.getMessage(), e);
        }
        return out.toByteArray();
    }

    /** Writes the object of a container's first process. */
    void write(JsonGenerator json, SpecInput input, List<String> warnings) throws IOException {
        ContainerConfig config = input.config();
        Wanted process = new Wanted(
                DockerInit.arguments(config, input.host()),
                Environment.of(config, config.tty()),
                config.workingDir(),
                config.user(),
                config.tty(),
                input.host().consoleSize(),
                capabilities(input.host(), input.host().privileged()));
        write(json, process, input.host(), input.root(), warnings);
    }

    long capabilities(HostConfig host, boolean privileged) {
        return CapabilitySet.of(host.capAdd(), host.capDrop(), privileged, facts.capabilities());
    }

    private void write(JsonGenerator json, Wanted process, HostConfig host, Path root, List<String> warnings)
            throws IOException {
        Security security = Security.of(host);
        json.writeStartObject();
        if (process.tty()) {
            json.writeBooleanField("terminal", true);
            writeConsoleSize(json, process.consoleSize());
        }
        writeUser(json, Users.find(root, process.user(), host.groupAdd()), host.umask());
        writeStrings(json, "args", process.arguments());
        writeStrings(json, "env", process.environment());
        json.writeStringField("cwd", process.directory().isEmpty() ? "/" : process.directory());
        writeCapabilities(json, process.capabilities());
        writeRlimits(json, Ulimits.of(host.ulimits(), facts, warnings));
        if (security.noNewPrivileges()) {
            json.writeBooleanField("noNewPrivileges", true);
        }
        String apparmor = AppArmor.profile(host, facts);
        if (!apparmor.isEmpty()) {
            json.writeStringField("apparmorProfile", apparmor);
        }
        json.writeNumberField("oomScoreAdj", oomScoreAdj(host.oomScoreAdj(), warnings));
        json.writeEndObject();
    }

    private int oomScoreAdj(int wanted, List<String> warnings) {
        if (wanted >= facts.oomScoreAdj() || facts.sysResource()) {
            return wanted;
        }
        warnings.add("oom score adjustment " + wanted + " raised to " + facts.oomScoreAdj()
                + ", as the engine has no CAP_SYS_RESOURCE to go below its own");
        return facts.oomScoreAdj();
    }

    private static void writeConsoleSize(JsonGenerator json, List<Integer> size) throws IOException {
        if (size.size() == 2 && size.get(0) > 0 && size.get(1) > 0) {
            json.writeObjectFieldStart("consoleSize");
            json.writeNumberField("height", size.get(0));
            json.writeNumberField("width", size.get(1));
            json.writeEndObject();
        }
    }

    private static void writeUser(JsonGenerator json, Users.User user, @Nullable Integer umask) throws IOException {
        json.writeObjectFieldStart("user");
        json.writeNumberField("uid", user.uid());
        json.writeNumberField("gid", user.gid());
        if (umask != null) {
            json.writeNumberField("umask", umask);
        }
        json.writeArrayFieldStart("additionalGids");
        for (int group : user.groups()) {
            json.writeNumber(group);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    // Nothing inheritable: programs with inheritable file capabilities would gain by it.
    private static void writeCapabilities(JsonGenerator json, long set) throws IOException {
        List<String> names = CapabilitySet.names(set);
        json.writeObjectFieldStart("capabilities");
        for (String kind : List.of("bounding", "effective", "permitted")) {
            writeStrings(json, kind, names);
        }
        json.writeEndObject();
    }

    private static void writeRlimits(JsonGenerator json, List<Ulimits.Rlimit> limits) throws IOException {
        json.writeArrayFieldStart("rlimits");
        for (Ulimits.Rlimit limit : limits) {
            json.writeStartObject();
            json.writeStringField("type", limit.type());
            json.writeFieldName("hard");
            writeLimit(json, limit.hard());
            json.writeFieldName("soft");
            writeLimit(json, limit.soft());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    // "No limit" is the largest unsigned number of 64 bits.
    private static void writeLimit(JsonGenerator json, long value) throws IOException {
        if (value < 0) {
            json.writeNumber(Long.toUnsignedString(-1));
        } else {
            json.writeNumber(value);
        }
    }

    static void writeStrings(JsonGenerator json, String field, Iterable<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
