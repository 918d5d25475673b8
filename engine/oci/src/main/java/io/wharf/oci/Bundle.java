package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDefaults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a container's bundle: the {@code config.json} of the OCI runtime specification 1.0.2. */
public final class Bundle {
    private static final String VERSION = "1.0.2";
    private static final List<String> ETC = List.of("/etc/resolv.conf", "/etc/hostname", "/etc/hosts");
    private static final int USUAL_BYTES = 24 << 10;

    private final ProcessSpec processes;
    private final LinuxSpec linux;
    private final HostFacts facts;
    private final ContainerDefaults defaults;
    private final AppliedDefaults applied;

    public Bundle(HostFacts facts, CgroupPaths cgroups) {
        this(facts, cgroups, ContainerDefaults.USUAL);
    }

    /** Bundles of an engine with defaults of its own; refuses a seccomp profile that cannot be read. */
    public Bundle(HostFacts facts, CgroupPaths cgroups, ContainerDefaults defaults) {
        this.facts = facts;
        this.defaults = defaults;
        this.applied = new AppliedDefaults(defaults);
        this.processes = new ProcessSpec(facts, applied);
        this.linux = new LinuxSpec(facts, cgroups, new Seccomp(facts));
    }

    /** Further processes of the same containers. */
    public ProcessSpec processes() {
        return processes;
    }

    /**
     * Writes {@code folder/config.json}, making the folder; on a thread that may block, for it reads the root's user
     * database. Takes less than a millisecond.
     *
     * @param runtime which will read it
     * @return what this host could not give and the container goes without, for the log
     */
    public List<String> write(SpecInput input, Path folder, OciRuntime runtime) {
        List<String> warnings = new ArrayList<>();
        AppArmor.ensureLoaded(AppArmor.profile(input.host(), facts));
        checkDirectory(input);
        makeMountPoints(input);
        byte[] config = render(input, runtime.annotations(facts.unified()), warnings);
        if (!input.host().deviceRequests().isEmpty()) {
            config = new DeviceRequests(defaults.cdiSpecDirs()).apply(input.host(), config);
        }
        try {
            try {
                Files.write(folder.resolve("config.json"), config);
            } catch (NoSuchFileException e) {
                Files.createDirectories(folder);
                Files.write(folder.resolve("config.json"), config);
            }
        } catch (IOException e) {
            throw WharfException.internal("cannot write the bundle of " + input.id() + ": " + e.getMessage(), e);
        }
        return warnings;
    }

    private static void makeMountPoints(SpecInput input) {
        for (MountTarget target : input.mounts().targets()) {
            // A socket or a device is mounted on a file, too.
            boolean file = !target.type().equals(MountTarget.TMPFS) && !Files.isDirectory(Path.of(target.source()));
            MountPoints.prepare(input.root(), target.destination(), file);
        }
        if (input.etc() != null) {
            ETC.forEach(file -> MountPoints.prepare(input.root(), file, true));
        }
    }

    /** The runtime makes a missing working directory, but says little of one that is none. */
    private static void checkDirectory(SpecInput input) {
        String directory = input.config().workingDir();
        boolean mounted = input.mounts().targets().stream()
                .anyMatch(target -> Path.of(directory).startsWith(target.destination()));
        if (!directory.isEmpty() && !mounted && RootFiles.isNoDirectory(input.root(), directory)) {
            throw WharfException.internal("Cannot mkdir: " + directory + " is not a directory");
        }
    }

    /** Of the annotations, those of the engine hold against those of the user. */
    byte[] render(SpecInput asked, Map<String, String> own, List<String> warnings) {
        SpecInput input = asked.with(applied.over(asked.host()));
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("ociVersion", VERSION);
            json.writeFieldName("process");
            processes.write(json, input, warnings);
            writeRoot(json, input);
            if (!(input.namespaces().uts() instanceof SpecInput.Namespace.OfHost)) {
                json.writeStringField("hostname", input.config().hostname());
            }
            SpecMounts.write(json, input, defaults.initPath());
            writeAnnotations(json, input.host().annotations(), own);
            json.writeFieldName("linux");
            linux.write(
                    json,
                    input,
                    processes.capabilities(input.host(), input.host().privileged()),
                    warnings);
            json.writeEndObject();
        } catch (IOException e) {
            throw WharfException.internal("cannot write the spec of " + input.id() + ": " + e.getMessage(), e);
        }
        return out.toByteArray();
    }

    private static void writeRoot(JsonGenerator json, SpecInput input) throws IOException {
        json.writeObjectFieldStart("root");
        json.writeStringField("path", input.root().toString());
        if (input.host().readonlyRootfs()) {
            json.writeBooleanField("readonly", true);
        }
        json.writeEndObject();
    }

    private static void writeAnnotations(JsonGenerator json, Map<String, String> asked, Map<String, String> own)
            throws IOException {
        if (asked.isEmpty() && own.isEmpty()) {
            return;
        }
        Map<String, String> all = new LinkedHashMap<>(asked);
        all.putAll(own);
        json.writeObjectFieldStart("annotations");
        for (Map.Entry<String, String> one : all.entrySet()) {
            json.writeStringField(one.getKey(), one.getValue());
        }
        json.writeEndObject();
    }
}
