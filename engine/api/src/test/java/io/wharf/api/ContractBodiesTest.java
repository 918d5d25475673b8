package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.ContainerSummary;
import io.wharf.contracts.ExecService;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.NetworkingConfig;
import io.wharf.contracts.VolumeService;
import io.wharf.openapi.Contract;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The records that go out and come in have no key that the contract does not tell. */
class ContractBodiesTest {
    static Stream<Arguments> bodies() {
        return Stream.of(
                Arguments.of("ContainerConfig", ContainerConfig.class),
                Arguments.of("HostConfig", HostConfig.class),
                Arguments.of("Mount", HostConfig.Mount.class),
                Arguments.of("EndpointSettings", NetworkingConfig.EndpointConfig.class),
                Arguments.of("EndpointSettings", ContainerDetail.EndpointSettings.class),
                Arguments.of("ContainerInspect", ContainerDetail.class),
                Arguments.of("ContainerState", ContainerDetail.State.class),
                Arguments.of("NetworkSettings", ContainerDetail.NetworkSettings.class),
                Arguments.of("MountPoint", ContainerDetail.MountPoint.class),
                Arguments.of("GraphDriver", ContainerDetail.GraphDriver.class),
                Arguments.of("ContainerSummary", ContainerSummary.class),
                Arguments.of("ContainerCreated", ContainerService.Created.class),
                Arguments.of("ContainerTop", ContainerService.Top.class),
                Arguments.of("ExecConfig", ExecService.ExecConfig.class),
                Arguments.of("ExecStart", ExecService.ExecStart.class),
                Arguments.of("ExecInspect", ExecService.ExecDetail.class),
                Arguments.of("ImageSummary", ImageService.ImageSummary.class),
                Arguments.of("ImageInspect", ImageService.ImageDetail.class),
                Arguments.of("ImageHistory", ImageService.HistoryEntry.class),
                Arguments.of("ImageRemoved", ImageService.Removed.class),
                Arguments.of("ImagePrune", ImageService.Pruned.class),
                Arguments.of("Progress", ImageService.Progress.class),
                Arguments.of("AuthConfig", ImageService.RegistryAuth.class),
                Arguments.of("Network", NetworkService.NetworkDetail.class),
                Arguments.of("NetworkCreate", NetworkService.CreateNetwork.class),
                Arguments.of("NetworkCreated", NetworkService.CreatedNetwork.class),
                Arguments.of("Ipam", NetworkService.Ipam.class),
                Arguments.of("Volume", VolumeService.VolumeDetail.class),
                Arguments.of("VolumeCreate", VolumeService.CreateVolume.class),
                Arguments.of("VolumePrune", VolumeService.PrunedVolumes.class));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void record_hasOnlyKeysOfItsSchema(String schema, Class<?> record) throws IOException {
        Set<String> told = keys(Json.MAPPER.readTree(Contract.document()), "#/components/schemas/" + schema);

        JavaType type = Json.MAPPER.constructType(record);
        assertThat(Json.MAPPER.getSerializationConfig().introspect(type).findProperties())
                .extracting(BeanPropertyDefinition::getName)
                .isNotEmpty()
                .allSatisfy(key -> assertThat(told).contains(key));
    }

    /** Keys of a schema, and of those that it stands on. */
    private static Set<String> keys(JsonNode document, String reference) {
        JsonNode schema = document.at(reference.substring(1));
        Set<String> keys = new TreeSet<>();
        schema.path("properties").fieldNames().forEachRemaining(keys::add);
        schema.path("allOf")
                .forEach(part -> keys.addAll(keys(document, part.path("$ref").asText())));
        return keys;
    }
}
