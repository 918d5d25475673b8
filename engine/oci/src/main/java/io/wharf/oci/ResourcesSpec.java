package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The {@code linux.resources} object: limits of a container's cgroup, in the words of cgroup v1.
 *
 * <p>Runtimes translate them on v2 (memory plus swap into swap alone, shares into weight). What this host cannot do
 * {@link CheckResources} has taken out or refused.
 */
final class ResourcesSpec {
    /** Docker's: a tenth of a second. */
    private static final long PERIOD = 100_000;

    private static final long NANOS_PER_CPU = 1_000_000_000;

    private ResourcesSpec() {}

    static void write(JsonGenerator json, HostConfig host, List<Devices.Rule> rules, HostFacts facts)
            throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("devices");
        for (Devices.Rule rule : rules) {
            rule.write(json);
        }
        json.writeEndArray();
        writeMemory(json, host, facts);
        writeCpu(json, host);
        Long pids = host.pidsLimit();
        if (pids != null && pids > 0) {
            json.writeObjectFieldStart("pids");
            json.writeNumberField("limit", pids);
            json.writeEndObject();
        }
        writeBlockIo(json, host);
        json.writeEndObject();
    }

    /** What a runtime's {@code update} takes: only what changes, and no devices. */
    static String ofUpdate(HostConfig changes, HostFacts facts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            json.writeStartObject();
            writeMemory(json, changes, facts);
            writeCpu(json, changes);
            Long pids = changes.pidsLimit();
            if (pids != null && pids > 0) {
                json.writeObjectFieldStart("pids");
                json.writeNumberField("limit", pids);
                json.writeEndObject();
            }
            writeBlockIo(json, changes);
            json.writeEndObject();
        } catch (IOException e) {
            throw WharfException.internal("cannot write new limits: " + e.getMessage(), e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void writeMemory(JsonGenerator json, HostConfig host, HostFacts facts) throws IOException {
        Long swappiness = host.memorySwappiness();
        boolean spareFromKiller = Boolean.TRUE.equals(host.oomKillDisable());
        json.writeObjectFieldStart("memory");
        positive(json, "limit", host.memory());
        positive(json, "reservation", host.memoryReservation());
        if (host.memorySwap() > 0 || (host.memorySwap() < 0 && swapCounts(facts))) {
            json.writeNumberField("swap", host.memorySwap());
        }
        positive(json, "kernelTCP", host.kernelMemoryTcp());
        if (swappiness != null && swappiness >= 0) {
            json.writeNumberField("swappiness", swappiness);
        }
        if (spareFromKiller) {
            json.writeBooleanField("disableOOMKiller", true);
        }
        json.writeEndObject();
    }

    /** Whether a limit on memory with swap can be set at all; writing "no limit" fails too where it cannot. */
    static boolean swapCounts(HostFacts facts) {
        return facts.has(facts.unified() ? "memory.swap" : "memory.memsw.limit_in_bytes");
    }

    private static void writeCpu(JsonGenerator json, HostConfig host) throws IOException {
        long period = host.cpuPeriod();
        long quota = host.cpuQuota();
        if (host.nanoCpus() > 0) {
            period = PERIOD;
            quota = host.nanoCpus() * PERIOD / NANOS_PER_CPU;
        }
        json.writeObjectFieldStart("cpu");
        positive(json, "shares", host.cpuShares());
        positive(json, "period", period);
        if (quota != 0) {
            json.writeNumberField("quota", quota);
        }
        positive(json, "realtimePeriod", host.cpuRealtimePeriod());
        positive(json, "realtimeRuntime", host.cpuRealtimeRuntime());
        if (!host.cpusetCpus().isEmpty()) {
            json.writeStringField("cpus", host.cpusetCpus());
        }
        if (!host.cpusetMems().isEmpty()) {
            json.writeStringField("mems", host.cpusetMems());
        }
        json.writeEndObject();
    }

    private static void writeBlockIo(JsonGenerator json, HostConfig host) throws IOException {
        json.writeObjectFieldStart("blockIO");
        positive(json, "weight", host.blkioWeight());
        writeDevices(json, "weightDevice", "weight", host.blkioWeightDevice());
        writeDevices(json, "throttleReadBpsDevice", "rate", host.blkioDeviceReadBps());
        writeDevices(json, "throttleWriteBpsDevice", "rate", host.blkioDeviceWriteBps());
        writeDevices(json, "throttleReadIOPSDevice", "rate", host.blkioDeviceReadIops());
        writeDevices(json, "throttleWriteIOPSDevice", "rate", host.blkioDeviceWriteIops());
        json.writeEndObject();
    }

    private static void writeDevices(
            JsonGenerator json, String field, String valueField, List<Map<String, Object>> entries) throws IOException {
        if (entries.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(field);
        for (Map<String, Object> entry : entries) {
            Devices.Node node = Devices.node(text(entry, "Path"), "");
            json.writeStartObject();
            json.writeNumberField("major", node.major());
            json.writeNumberField("minor", node.minor());
            json.writeNumberField(valueField, number(entry, valueField.equals("rate") ? "Rate" : "Weight"));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static String text(Map<String, Object> entry, String key) {
        return entry.get(key) instanceof String text ? text : "";
    }

    static long number(Map<String, Object> entry, String key) {
        return entry.get(key) instanceof Number number ? number.longValue() : 0;
    }

    private static void positive(JsonGenerator json, String field, long value) throws IOException {
        if (value > 0) {
            json.writeNumberField(field, value);
        }
    }
}
