package io.wharf.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerService.CreateContainer;
import io.wharf.contracts.ContainerSummary;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.openapi.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What containers there are: create, list, inspect, rename, remove. */
final class ContainerOperations {
    /** Since when lists tell of health, and of annotations. */
    private static final int HEALTH = 52;

    private static final int ANNOTATIONS = 46;

    /** Since when an update can limit processes, and rates of devices. */
    private static final int PIDS_UPDATE = 40;

    private static final int RATES_UPDATE = 55;

    /** What top asks ps for where nobody says otherwise. */
    private static final String ALL_PROCESSES = "-ef";

    private static final List<String> RATES = List.of(
            "BlkioWeightDevice",
            "BlkioDeviceReadBps",
            "BlkioDeviceWriteBps",
            "BlkioDeviceReadIOps",
            "BlkioDeviceWriteIOps");

    private final ContainerService containers;

    ContainerOperations(ContainerService containers) {
        this.containers = containers;
    }

    void register(Handlers handlers) {
        handlers.on("ContainerCreate", this::create)
                .on("ContainerList", this::list)
                .on("ContainerInspect", this::inspect)
                .on("ContainerRename", this::rename)
                .on("ContainerUpdate", this::update)
                .on("ContainerDelete", this::remove)
                .on("ContainerPrune", this::prune)
                .on("ContainerTop", this::top);
    }

    /** What the body holds beside the config, whose keys stand next to these. */
    private record HostPart(
            @Nullable HostConfig hostConfig, @Nullable NetworkingConfig networkingConfig) {}

    private Future<Reply> create(Call call) {
        ContainerConfig config = ReadBody.read(call, ContainerConfig.class, "CreateRequest");
        HostPart host = ReadBody.read(call, HostPart.class, "CreateRequest");
        // No key of a config at all.
        if (config.equals(EmptyBody.CONFIG)) {
            throw WharfException.invalid("config cannot be empty in order to create a container");
        }
        HostConfig hostConfig = host.hostConfig();
        NetworkingConfig networking = host.networkingConfig();
        String name = call.query().text("name");
        OldCreate old = OldCreate.read(
                call.version(), config, hostConfig == null ? EmptyBody.HOST_CONFIG : hostConfig, OldCreate::unified);
        if (call.version().minor() == OldCreate.WITH_CAPABILITIES) {
            OldCreate.refuseCapabilities(ReadBody.read(call, OldCreate.Capabilities.class, "CreateRequest"));
        }
        OldEndpoints.Read read = OldEndpoints.read(
                call.version(),
                config.macAddress(),
                old.host(),
                networking == null ? NetworkingConfig.NONE : networking);
        List<String> warnings = new ArrayList<>(read.warnings());
        warnings.addAll(old.warnings());
        CreateContainer request = new CreateContainer(
                name == null ? null : withoutSlash(name),
                call.version().atLeast(41) ? call.query().text("platform") : null,
                old.config(),
                read.host(),
                read.networking(),
                old.readOnlyTopOnly());
        return containers.create(request).map(created -> new Reply.Json(201, warned(created, warnings)));
    }

    private static ContainerService.Created warned(ContainerService.Created created, List<String> first) {
        if (first.isEmpty()) {
            return created;
        }
        List<String> all = new ArrayList<>(first);
        all.addAll(created.warnings());
        return new ContainerService.Created(created.id(), List.copyOf(all));
    }

    private Future<Reply> list(Call call) {
        int limit = call.query().number("limit", 0);
        return containers
                .list(new ContainerService.ListContainers(
                        call.query().flag("all"),
                        Math.max(0, limit),
                        call.query().flag("size"),
                        call.filters(
                                "ancestor",
                                "annotation",
                                "before",
                                "exited",
                                "expose",
                                "health",
                                "id",
                                "is-task",
                                "isolation",
                                "label",
                                "name",
                                "network",
                                "publish",
                                "since",
                                "status",
                                "volume")))
                .map(rows -> new Reply.Json(200, shaped(rows, call.version())));
    }

    private static List<ContainerSummary> shaped(List<ContainerSummary> rows, ApiVersion version) {
        return version.atLeast(HEALTH)
                ? rows
                : rows.stream()
                        .map(row -> row.withoutHealth(version.atLeast(ANNOTATIONS)))
                        .toList();
    }

    private Future<Reply> inspect(Call call) {
        return containers
                .inspect(call.path("id"), call.query().flag("size"))
                .map(detail -> new Reply.Json(200, InspectBody.of(detail, call.version())));
    }

    private Future<Reply> rename(Call call) {
        String name = call.required("name", "Neither old nor new names may be empty");
        return containers.rename(call.path("id"), name).map(done -> Reply.Empty.NO_CONTENT);
    }

    /** The policy of an update: without a name it stays, which no default of its record may hide. */
    private record PolicyPart(@Nullable PolicyName restartPolicy) {}

    private record PolicyName(@Nullable String name) {}

    private record Updated(List<String> warnings) {}

    /** Lists of devices, told apart from those that are not there. */
    private record DeviceLists(
            @Nullable List<Object> blkioWeightDevice,
            @Nullable List<Object> blkioDeviceReadBps,
            @Nullable List<Object> blkioDeviceWriteBps,

            @JsonProperty("BlkioDeviceReadIOps") @Nullable List<Object> blkioDeviceReadIops,

            @JsonProperty("BlkioDeviceWriteIOps") @Nullable List<Object> blkioDeviceWriteIops) {}

    private static List<String> cleared(Call call) {
        if (!call.version().atLeast(RATES_UPDATE)) {
            return List.of();
        }
        JsonNode given = Json.MAPPER.valueToTree(ReadBody.read(call, DeviceLists.class));
        return RATES.stream()
                .filter(field ->
                        given.path(field).isArray() && given.path(field).isEmpty())
                .toList();
    }

    /** Without what the version of the client does not change. */
    private static HostConfig limits(Call call) {
        HostConfig limits = ReadBody.read(call, HostConfig.class);
        if (call.version().atLeast(RATES_UPDATE)) {
            return limits;
        }
        ObjectNode tree = Json.MAPPER.valueToTree(limits);
        tree.remove(RATES);
        if (!call.version().atLeast(PIDS_UPDATE)) {
            tree.remove("PidsLimit");
        }
        return Json.MAPPER.convertValue(tree, HostConfig.class);
    }

    private Future<Reply> update(Call call) {
        HostConfig limits = limits(call);
        PolicyName policy = ReadBody.read(call, PolicyPart.class).restartPolicy();
        boolean named =
                policy != null && policy.name() != null && !policy.name().isEmpty();
        return containers
                .update(
                        call.path("id"),
                        new ContainerService.UpdateContainer(
                                limits, named ? limits.restartPolicy() : null, cleared(call)))
                .map(warnings -> new Reply.Json(200, new Updated(warnings)));
    }

    private Future<Reply> remove(Call call) {
        return containers
                .remove(
                        call.path("id"),
                        new ContainerService.RemoveOptions(
                                call.query().flag("force"),
                                call.query().flag("v"),
                                call.query().flag("link")))
                .map(done -> Reply.Empty.NO_CONTENT);
    }

    private Future<Reply> prune(Call call) {
        return containers.prune(call.filters("label", "label!", "until")).map(pruned -> new Reply.Json(200, pruned));
    }

    private Future<Reply> top(Call call) {
        String columns = call.query().text("ps_args", ALL_PROCESSES);
        // Others show the environment, and ps has more ways to ask for it than can be listed.
        if (!columns.equals(ALL_PROCESSES) && !call.caller().role().permits(Role.OPERATOR)) {
            return Future.failedFuture(
                    Refusals.psArguments(columns, call.caller().role()));
        }
        return containers.top(call.path("id"), columns).map(top -> new Reply.Json(200, top));
    }

    private static String withoutSlash(String name) {
        String bare = name.startsWith("/") ? name.substring(1) : name;
        if (bare.isEmpty()) {
            throw WharfException.invalid(
                    "Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        return bare;
    }
}
