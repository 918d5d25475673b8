package io.wharf.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DockerJsonTest {
    @Test
    void hostConfig_readsWhatClientsSend() {
        HostConfig host = parse("""
                {"Binds":null,"ContainerIDFile":"/x","NetworkMode":"default","UTSMode":"host","AutoRemove":true,
                 "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]},"RestartPolicy":{"Name":"","MaximumRetryCount":0},
                 "MemorySwappiness":-1,"OomKillDisable":false,"PidsLimit":0,"Ulimits":[{"Name":"nofile","Hard":10,"Soft":5}],
                 "ConsoleSize":[24,80],"Init":true,"MaskedPaths":null,"IOMaximumIOps":0,"NanoCpus":500000000,
                 "Mounts":[{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true,"BindOptions":{"Propagation":"rslave"}}],
                 "DeviceRequests":null,"BlkioWeightDevice":[],"KernelMemoryTCP":0,"SomethingNew":{}}
                """, HostConfig.class);
        assertThat(host.binds()).isEmpty();
        assertThat(host.containerIdFile()).isEqualTo("/x");
        assertThat(host.utsMode()).isEqualTo("host");
        assertThat(host.portBindings().get("80/tcp")).containsExactly(new HostConfig.PortBinding("", "8080"));
        assertThat(host.restartPolicy()).isEqualTo(HostConfig.RestartPolicy.NO);
        assertThat(host.ulimits()).containsExactly(new HostConfig.Ulimit("nofile", 10, 5));
        assertThat(host.mounts().getFirst().readOnly()).isTrue();
        assertThat(host.maskedPaths()).isNull();
        assertThat(host.memorySwappiness()).isEqualTo(-1);
    }

    @Test
    void hostConfig_leavesOutNulls() {
        HostConfig host = parse(
                "{\"PortBindings\":{\"80/tcp\":[null,{\"HostPort\":\"1\"}],\"81/tcp\":null},\"Binds\":[null]}",
                HostConfig.class);
        assertThat(host.portBindings()).containsOnlyKeys("80/tcp");
        assertThat(host.portBindings().get("80/tcp")).containsExactly(new HostConfig.PortBinding("", "1"));
        assertThat(host.binds()).isEmpty();
    }

    @Test
    void hostConfig_comesBackAsItWasStored() {
        HostConfig host =
                parse("{\"Memory\": 7, \"Tmpfs\": {\"/run\": \"\"}, \"CapAdd\": [\"ALL\"]}", HostConfig.class);
        assertThat(Json.read(Json.write(host), HostConfig.class)).isEqualTo(host);
        assertThat(names(host))
                .contains(
                        "IpcMode",
                        "UTSMode",
                        "ContainerIDFile",
                        "BlkioDeviceReadIOps",
                        "KernelMemoryTCP",
                        "IOMaximumIOps",
                        "CgroupnsMode",
                        "ReadonlyRootfs",
                        "OomScoreAdj",
                        "NanoCpus",
                        "ShmSize");
    }

    @Test
    void config_takesAStringForACommand() {
        ContainerConfig config =
                parse("{\"Cmd\":\"true\",\"Entrypoint\":[],\"Env\":null,\"OnBuild\":null}", ContainerConfig.class);
        assertThat(config.cmd()).containsExactly("true");
        assertThat(config.entrypoint()).isEmpty();
        assertThat(config.env()).isEmpty();
        assertThat(names(config)).contains("Hostname", "OpenStdin", "StdinOnce", "WorkingDir", "Entrypoint", "Volumes");
        assertThat(Json.read(Json.write(config), ContainerConfig.class)).isEqualTo(config);
    }

    @Test
    void networking_hasItsIrregularNames() {
        NetworkingConfig networking = parse(
                "{\"EndpointsConfig\":{\"bridge\":{\"IPAMConfig\":{\"IPv4Address\":\"1.2.3.4\"},\"Aliases\":[\"a\"]}}}",
                NetworkingConfig.class);
        assertThat(networking.endpointsConfig().get("bridge").ipamConfig().ipv4Address())
                .isEqualTo("1.2.3.4");
    }

    private static <T> T parse(String json, Class<T> type) {
        return Json.parse(json.getBytes(StandardCharsets.UTF_8), type);
    }

    private static List<String> names(Object value) {
        JsonNode tree = Json.MAPPER.valueToTree(value);
        List<String> names = new ArrayList<>();
        tree.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
