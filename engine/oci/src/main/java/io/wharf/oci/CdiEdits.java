package io.wharf.oci;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.WharfException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the {@code containerEdits} of a CDI device in the spec of a container. */
final class CdiEdits {
    private static final Set<String> HOOKS =
            Set.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");

    private final ObjectNode spec;
    private final boolean privileged;

    /**
     * Edits.
     *
     * @param privileged whether the container may use every device anyway
     */
    CdiEdits(ObjectNode spec, boolean privileged) {
        this.spec = spec;
        this.privileged = privileged;
    }

    void apply(JsonNode edits) {
        edits.path("env").forEach(entry -> putVariable(entry.asText()));
        edits.path("deviceNodes").forEach(this::addDevice);
        edits.path("mounts").forEach(this::addMount);
        edits.path("hooks").forEach(this::addHook);
        edits.path("additionalGids").forEach(this::addGroup);
        if (edits.path("intelRdt").isObject()) {
            spec.withObject("/linux").set("intelRdt", edits.get("intelRdt"));
        }
        if (!edits.path("netDevices").isEmpty()) {
            throw WharfException.internal("CDI device injection failed: network devices are not supported");
        }
    }

    private void putVariable(String entry) {
        ArrayNode env = array(spec.withObject("/process"), "env");
        for (int i = 0; i < env.size(); i++) {
            if (Environment.name(env.get(i).asText()).equals(Environment.name(entry))) {
                env.set(i, entry);
                return;
            }
        }
        env.add(entry);
    }

    private void addDevice(JsonNode wanted) {
        String path = wanted.path("path").asText();
        String onHost = wanted.path("hostPath").asText(path);
        String type = wanted.path("type").asText();
        long major = wanted.path("major").asLong();
        long minor = wanted.path("minor").asLong();
        int mode = wanted.path("fileMode").asInt();
        if (type.isEmpty() || (major == 0 && !type.equals("p"))) {
            Devices.Node node = Devices.node(onHost, path);
            type = String.valueOf(node.type());
            major = node.major();
            minor = node.minor();
            mode = mode == 0 ? node.mode() : mode;
        }
        ObjectNode user = spec.withObject("/process").withObject("/user");
        ArrayNode devices = array(spec.withObject("/linux"), "devices");
        for (int i = devices.size() - 1; i >= 0; i--) {
            if (devices.get(i).path("path").asText().equals(path)) {
                devices.remove(i);
            }
        }
        ObjectNode device = devices.addObject()
                .put("path", path)
                .put("type", type)
                .put("major", major)
                .put("minor", minor)
                // Who the container runs as may use what was given to it.
                .put("uid", wanted.path("uid").asInt(user.path("uid").asInt()))
                .put("gid", wanted.path("gid").asInt(user.path("gid").asInt()));
        if (mode != 0) {
            device.put("fileMode", mode);
        }
        if (!privileged && !type.equals("p")) {
            array(spec.withObject("/linux").withObject("/resources"), "devices")
                    .addObject()
                    .put("allow", true)
                    .put("type", type)
                    .put("major", major)
                    .put("minor", minor)
                    .put("access", wanted.path("permissions").asText("rwm"));
        }
    }

    private void addMount(JsonNode wanted) {
        String destination = wanted.path("containerPath").asText();
        ArrayNode mounts = array(spec, "mounts");
        for (int i = mounts.size() - 1; i >= 0; i--) {
            if (mounts.get(i).path("destination").asText().equals(destination)) {
                mounts.remove(i);
            }
        }
        ObjectNode mount = mounts.addObject()
                .put("destination", destination)
                .put("type", wanted.path("type").asText("bind"))
                .put("source", wanted.path("hostPath").asText());
        ArrayNode options = mount.putArray("options");
        wanted.path("options").forEach(options::add);
        if (options.isEmpty()) {
            List.of("nosuid", "nodev", "bind").forEach(options::add);
        }
    }

    private void addHook(JsonNode wanted) {
        String name = wanted.path("hookName").asText();
        if (!HOOKS.contains(name)) {
            throw WharfException.internal("CDI device injection failed: invalid hook name \"" + name + "\"");
        }
        ObjectNode hook = array(spec.withObject("/hooks"), name).addObject();
        for (Map.Entry<String, JsonNode> part : wanted.properties()) {
            if (!part.getKey().equals("hookName")) {
                hook.set(part.getKey(), part.getValue());
            }
        }
    }

    private void addGroup(JsonNode wanted) {
        ArrayNode groups = array(spec.withObject("/process").withObject("/user"), "additionalGids");
        for (JsonNode known : groups) {
            if (known.asInt() == wanted.asInt()) {
                return;
            }
        }
        if (wanted.asInt() != 0) {
            groups.add(wanted.asInt());
        }
    }

    private static ArrayNode array(ObjectNode object, String field) {
        return object.get(field) instanceof ArrayNode known ? known : object.putArray(field);
    }
}
