package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One row of {@code GET /containers/json}. {@code Created} is in seconds since the epoch, sizes in bytes. */
public record ContainerSummary(
        @JsonProperty("Id") String id,
        List<String> names,
        String image,
        @JsonProperty("ImageID") String imageId,
        String command,
        long created,
        List<Port> ports,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRw,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRootFs,
        Map<String, String> labels,
        String state,
        String status,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable HealthPart health,
        HostPart hostConfig,
        NetworkPart networkSettings,
        List<ContainerDetail.MountPoint> mounts) {

    /** The same with other sizes. */
    public ContainerSummary withSizes(@Nullable Long writable, @Nullable Long root) {
        return new ContainerSummary(
                id,
                names,
                image,
                imageId,
                command,
                created,
                ports,
                writable,
                root,
                labels,
                state,
                status,
                health,
                hostConfig,
                networkSettings,
                mounts);
    }

    /** The same without what versions of the API before 1.52 do not tell, or before 1.46. */
    public ContainerSummary withoutHealth(boolean annotations) {
        return new ContainerSummary(
                id,
                names,
                image,
                imageId,
                command,
                created,
                ports,
                sizeRw,
                sizeRootFs,
                labels,
                state,
                status,
                null,
                annotations ? hostConfig : new HostPart(hostConfig.networkMode(), Map.of()),
                networkSettings,
                mounts);
    }

    /** A port of the container, and where it is published, if it is. */
    public record Port(
            @JsonProperty("IP") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String ip,

            int privatePort,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer publicPort,

            String type) {}

    /** The verdict of the health check; {@code none} where there is none. */
    public record HealthPart(String status, int failingStreak) {}

    /** The part of the host configuration that lists show. */
    public record HostPart(
            String networkMode,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> annotations) {}

    /** The networks that lists show. */
    public record NetworkPart(Map<String, ContainerDetail.EndpointSettings> networks) {}
}
