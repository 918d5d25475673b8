package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a container's bundle: the {@code config.json} of the OCI runtime specification 1.0.2. */
public final class Bundle {
    private static final String VERSION = "1.0.2";
    private static final int USUAL_BYTES = 24 << 10;

    private final ProcessSpec processes;
    private final LinuxSpec linux;

    public Bundle(HostFacts facts, CgroupPaths cgroups) {
        this.processes = new ProcessSpec(facts);
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
     * @return what this host could not give and the container goes without, for the log
     */
    public List<String> write(SpecInput input, Path folder) {
        List<String> warnings = new ArrayList<>();
        byte[] config = render(input, warnings);
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

    byte[] render(SpecInput input, List<String> warnings) {
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
            SpecMounts.write(json, input);
            writeAnnotations(json, input.host().annotations());
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

    private static void writeAnnotations(JsonGenerator json, Map<String, String> annotations) throws IOException {
        if (!annotations.isEmpty()) {
            json.writeObjectFieldStart("annotations");
            for (Map.Entry<String, String> one : annotations.entrySet()) {
                json.writeStringField(one.getKey(), one.getValue());
            }
            json.writeEndObject();
        }
    }
}
