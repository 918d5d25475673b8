package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceRequestsTest {
    private static final byte[] SPEC =
            "{\"process\":{\"env\":[\"A=0\"],\"user\":{\"uid\":5,\"gid\":6}},\"mounts\":[],\"linux\":{}}"
                    .getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path low = Path.of("/nonexistent");

    @TempDir
    Path high = Path.of("/nonexistent");

    @BeforeEach
    void describe() throws IOException {
        Files.writeString(
                low.resolve("a.json"),
                "{'cdiVersion':'0.6.0','kind':'acme.com/dev','containerEdits':{'env':['A=1']},'devices':[{'name':'one',"
                                .replace('\'', '"')
                        + "'containerEdits':{'deviceNodes':[{'path':'/dev/x','hostPath':'/dev/null'}],"
                                .replace('\'', '"')
                        + "'mounts':[{'hostPath':'/h','containerPath':'/c','options':['ro','bind']}],"
                                .replace('\'', '"')
                        + "'hooks':[{'hookName':'poststop','path':'/bin/x','args':['x']}]}}]}".replace('\'', '"'));
        Files.writeString(
                low.resolve("b.yaml"),
                "cdiVersion: 1.0.0\nkind: acme.com/yaml\ndevices:\n- name: '0'\n  containerEdits:\n"
                        + "    additionalGids: [7]\n");
        Files.writeString(low.resolve("broken.json"), "{");
    }

    private JsonNode apply(String request) throws IOException {
        byte[] spec = new DeviceRequests(List.of(low.toString(), high.toString()))
                .apply(Specs.host("{'DeviceRequests':[" + request + "]}"), SPEC);
        return Json.MAPPER.readTree(spec);
    }

    @Test
    void apply_cdiDevice_makesAllEdits() throws IOException {
        JsonNode spec = apply("{'Driver':'cdi','DeviceIDs':['acme.com/dev=one','acme.com/yaml=0']}");
        assertThat(spec.at("/process/env").toString()).isEqualTo("[\"A=1\"]");
        assertThat(spec.at("/process/user/additionalGids/0").asInt()).isEqualTo(7);
        JsonNode device = spec.at("/linux/devices/0");
        assertThat(device.path("path").asText()).isEqualTo("/dev/x");
        assertThat(device.path("major").asInt()).isEqualTo(1);
        assertThat(device.path("minor").asInt()).isEqualTo(3);
        assertThat(device.path("uid").asInt()).isEqualTo(5);
        assertThat(spec.at("/linux/resources/devices/0/access").asText()).isEqualTo("rwm");
        assertThat(spec.at("/mounts/0/destination").asText()).isEqualTo("/c");
        assertThat(spec.at("/hooks/poststop/0/path").asText()).isEqualTo("/bin/x");
    }

    @Test
    void apply_laterFolder_wins() throws IOException {
        Files.writeString(
                high.resolve("a.json"),
                "{\"cdiVersion\":\"0.6.0\",\"kind\":\"acme.com/dev\",\"devices\":[{\"name\":\"one\",\"containerEdits\":"
                        + "{\"env\":[\"A=2\"]}}]}");
        assertThat(apply("{'Driver':'cdi','DeviceIDs':['acme.com/dev=one']}")
                        .at("/process/env/0")
                        .asText())
                .isEqualTo("A=2");
    }

    @Test
    void apply_unknownDevice_refusesByName() {
        assertThatThrownBy(() -> apply("{'Driver':'cdi','DeviceIDs':['acme.com/dev=two','x.org/y=z']}"))
                .hasMessage("CDI device injection failed: unresolvable CDI devices acme.com/dev=two, x.org/y=z");
    }

    @Test
    void apply_otherDriver_refusesAsAnEngineWithoutIt() {
        assertThatThrownBy(() -> apply("{'Driver':'','Count':-1,'Capabilities':[['gpu','nvidia']]}"))
                .hasMessage("could not select device driver \"\" with capabilities: [[gpu nvidia]]");
    }
}
