package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engine's own seccomp profile ({@code seccomp.txt}), in the form of the OCI runtime specification.
 *
 * <p>A rendered profile is some 10 KiB and part of every start, so each set of capabilities that matters to it is
 * rendered once and kept.
 */
final class Seccomp {
    static final String ALLOW = "SCMP_ACT_ALLOW";
    static final String ERRNO = "SCMP_ACT_ERRNO";

    private static final String RESOURCE = "seccomp.txt";
    private static final int EPERM = 1;
    private static final String OPERATORS = "=!&^";
    private static final int KEPT = 32;

    private final HostFacts facts;
    private final List<Line> lines;
    private final long relevant;
    private final Map<Long, String> rendered = new ConcurrentHashMap<>();

    Seccomp(HostFacts facts) {
        this.facts = facts;
        this.lines = lines();
        long bits = 0;
        for (Line line : lines) {
            bits |= line.capability();
        }
        this.relevant = bits;
    }

    /** A line that holds on this machine for whoever has, or lacks, the capability; 0 is for everyone. */
    private record Line(long capability, boolean held, List<String> names) {}

    /** The value of {@code linux.seccomp} for a container's capabilities. */
    String forCapabilities(long capabilities) {
        long key = capabilities & relevant;
        String known = rendered.get(key);
        if (known != null) {
            return known;
        }
        String made = render(key);
        if (rendered.size() < KEPT) {
            rendered.put(key, made);
        }
        return made;
    }

    private String render(long capabilities) {
        TreeSet<String> plain = new TreeSet<>();
        TreeSet<String> special = new TreeSet<>();
        for (Line line : lines) {
            boolean has = (capabilities & line.capability()) != 0;
            if (line.capability() != 0 && has != line.held()) {
                continue;
            }
            for (String name : line.names()) {
                (operator(name) < 0 ? plain : special).add(name);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(12 << 10);
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("defaultAction", ERRNO);
            json.writeNumberField("defaultErrnoRet", EPERM);
            json.writeArrayFieldStart("architectures");
            for (String arch : facts.abis()) {
                json.writeString(arch);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("syscalls");
            writePlain(json, plain);
            for (String one : special) {
                writeSpecial(json, one);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw WharfException.internal("cannot render the seccomp profile: " + e.getMessage(), e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void writePlain(JsonGenerator json, Iterable<String> names) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("names");
        for (String name : names) {
            json.writeString(name);
        }
        json.writeEndArray();
        json.writeStringField("action", ALLOW);
        json.writeEndObject();
    }

    private static void writeSpecial(JsonGenerator json, String rule) throws IOException {
        int at = operator(rule);
        char operator = rule.charAt(at);
        long value = Long.parseLong(rule.substring(at + 1));
        json.writeStartObject();
        json.writeArrayFieldStart("names");
        json.writeString(rule.substring(0, at));
        json.writeEndArray();
        json.writeStringField("action", operator == '^' ? ERRNO : ALLOW);
        if (operator == '^') {
            json.writeNumberField("errnoRet", value);
        } else {
            json.writeArrayFieldStart("args");
            json.writeStartObject();
            json.writeNumberField("index", 0);
            json.writeNumberField("value", value);
            if (operator == '&') {
                // The first value is the mask, the second what must be left: no bit.
                json.writeNumberField("valueTwo", 0);
            }
            json.writeStringField(
                    "op", operator == '&' ? "SCMP_CMP_MASKED_EQ" : operator == '=' ? "SCMP_CMP_EQ" : "SCMP_CMP_NE");
            json.writeEndObject();
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static int operator(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (OPERATORS.indexOf(name.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private List<Line> lines() {
        List<Line> kept = new ArrayList<>();
        for (String text : resource().split("\n")) {
            if (text.isBlank() || text.startsWith("#")) {
                continue;
            }
            String[] words = text.split(" ");
            String[] condition = words[0].split(":", 2);
            List<String> names = List.of(words).subList(1, words.length);
            boolean holds = switch (condition[0]) {
                case "all", "cap", "nocap" -> true;
                case "kernel" -> facts.kernel() >= HostFacts.kernel(condition[1]);
                case "arch" -> facts.arch().equals(condition[1]);
                default -> throw new IllegalStateException("unknown condition in " + RESOURCE + ": " + text);
            };
            boolean held = condition[0].equals("cap");
            long capability = condition[0].endsWith("cap") ? CapabilitySet.bit(condition[1]) : 0;
            // Nobody has a capability that the kernel does not know.
            if (holds && !(held && capability == 0)) {
                kept.add(new Line(capability, held, names));
            }
        }
        return List.copyOf(kept);
    }

    private static String resource() {
        try (InputStream in = Seccomp.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
