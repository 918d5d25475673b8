package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.HostConfig.RestartPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks new limits of a container against the host and against those it has, in Docker's words. */
public final class CheckUpdate {
    /** Every field that an update can change, as it stands in a host configuration. */
    static final List<String> FIELDS = List.of(
            "CpuShares",
            "Memory",
            "NanoCpus",
            "BlkioWeight",
            "BlkioWeightDevice",
            "BlkioDeviceReadBps",
            "BlkioDeviceWriteBps",
            "BlkioDeviceReadIOps",
            "BlkioDeviceWriteIOps",
            "CpuPeriod",
            "CpuQuota",
            "CpuRealtimePeriod",
            "CpuRealtimeRuntime",
            "CpusetCpus",
            "CpusetMems",
            "MemoryReservation",
            "MemorySwap",
            "PidsLimit");

    private final HostFacts facts;

    public CheckUpdate(HostFacts facts) {
        this.facts = facts;
    }

    /**
     * An update, checked.
     *
     * @param host the container's configuration with the changes in it
     * @param resources what the runtime is to change, the JSON that its {@code update} reads
     * @param writes what is to be written into the cgroup beside it
     */
    public record Checked(HostConfig host, String resources, List<CgroupWrites> writes) {}

    /** Checks all that can be said without the container. */
    public record Wanted(
            HostConfig limits, @Nullable RestartPolicy policy, List<String> cleared, List<String> warnings) {}

    /** Holds the wish against the host; what this host cannot do is discarded with a warning. */
    public Wanted wanted(HostConfig limits, @Nullable RestartPolicy policy) {
        return wanted(limits, policy, List.of());
    }

    /**
     * The same.
     *
     * @param cleared fields of single devices that are to be empty
     */
    public Wanted wanted(HostConfig limits, @Nullable RestartPolicy policy, List<String> cleared) {
        List<String> warnings = new ArrayList<>();
        ObjectNode tree = Json.MAPPER.valueToTree(limits);
        if (policy != null) {
            CheckOptions.checkRestartPolicy(policy);
        }
        new CheckResources(limits, facts, tree, warnings, true).check();
        Long pids = limits.pidsLimit();
        if (pids != null && pids <= 0) {
            // Here it is a wish, no limit any more, and shown as 0 however it was said.
            tree.put("PidsLimit", 0);
        }
        return new Wanted(Json.MAPPER.convertValue(tree, HostConfig.class), policy, cleared, List.copyOf(warnings));
    }

    /**
     * Holds the wish against what the container has.
     *
     * @param id shown in refusals
     */
    public Checked on(String id, HostConfig had, Wanted wanted) {
        HostConfig limits = wanted.limits();
        String conflict = conflict(had, limits, wanted.policy());
        if (!conflict.isEmpty()) {
            throw WharfException.conflict("Cannot update container " + id + ": " + conflict);
        }
        ObjectNode changed = Json.MAPPER.valueToTree(had);
        ObjectNode changes = Json.MAPPER.valueToTree(limits);
        ObjectNode without = Json.MAPPER.createObjectNode();
        for (String field : wanted.cleared()) {
            without.set(field, changed.path(field).deepCopy());
            // What the kernel takes for no limit.
            without.get(field).forEach(device -> ((ObjectNode) device).put("Rate", 0));
            changed.putArray(field);
        }
        FIELDS.stream().filter(set(changes)).forEach(field -> changed.set(field, changes.get(field)));
        if (wanted.policy() != null) {
            changed.set("RestartPolicy", Json.MAPPER.valueToTree(wanted.policy()));
        }
        return new Checked(
                Json.MAPPER.convertValue(changed, HostConfig.class),
                ResourcesSpec.ofUpdate(limits, facts),
                Stream.concat(
                                CgroupWrites.of(Json.MAPPER.convertValue(without, HostConfig.class), facts).stream(),
                                CgroupWrites.of(limits, facts).stream())
                        .toList());
    }

    /** Of two configurations that differ in no more than their policies, the same; for comparing. */
    public static HostConfig withoutPolicy(HostConfig host) {
        ObjectNode tree = Json.MAPPER.valueToTree(host);
        tree.putNull("RestartPolicy");
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }

    private static Predicate<String> set(ObjectNode changes) {
        return field -> switch (changes.path(field).getNodeType()) {
            case NUMBER -> field.equals("PidsLimit") || changes.get(field).longValue() != 0;
            case STRING -> !changes.get(field).textValue().isEmpty();
            case ARRAY -> !changes.get(field).isEmpty();
            case MISSING, NULL, BOOLEAN, OBJECT, BINARY, POJO -> false;
        };
    }

    private static String conflict(HostConfig had, HostConfig limits, @Nullable RestartPolicy policy) {
        if (limits.nanoCpus() > 0 && had.cpuPeriod() > 0) {
            return "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set";
        }
        if (limits.nanoCpus() > 0 && had.cpuQuota() > 0) {
            return "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set";
        }
        if (limits.cpuPeriod() > 0 && had.nanoCpus() > 0) {
            return "Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set";
        }
        if (limits.cpuQuota() > 0 && had.nanoCpus() > 0) {
            return "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set";
        }
        if (limits.memory() != 0 && limits.memory() > had.memorySwap() && limits.memorySwap() == 0) {
            return "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same"
                    + " time";
        }
        if (policy != null && had.autoRemove() && !policy.name().equals("no")) {
            return "Restart policy cannot be updated because AutoRemove is enabled for the container";
        }
        return "";
    }
}
