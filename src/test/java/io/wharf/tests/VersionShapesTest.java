package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What requests and replies of each version of the API mean and look like; of versions that dockerd here does not know, too. */
class VersionShapesTest {
    private static final String NO_MANAGER = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker"
            + " swarm join\" to connect this node to swarm and try again.";

    @RegisterExtension
    static final Rig rig = new Rig();

    @TempDir
    Path folder;

    private static JsonNode json(String version, String path) {
        Http.Reply reply = rig.http().get("/v" + version + path);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return Json.read(reply.body(), JsonNode.class);
    }

    private static JsonNode created(String version, String body) {
        Http.Reply reply = rig.http().post("/v" + version + "/containers/create", body.replace('\'', '"'));
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        return Json.read(reply.body(), JsonNode.class);
    }

    private static Set<String> keys(JsonNode object) {
        Set<String> keys = new TreeSet<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    @Test
    @WharfOnly("its newest version is 1.41")
    void containers_haveTheShapeOfTheVersion() {
        rig.ok("network", "create", "lan");
        rig.ok("run", "-d", "--name", "web", "--network", "lan", "--network-alias", "www", "busybox", "sleep", "1000");
        rig.ok("network", "connect", "bridge", "web");
        String id = rig.ok("inspect", "-f", "{{.Id}}", "web");

        JsonNode old = json("1.44", "/containers/web/json").path("NetworkSettings");
        assertThat(old.path("IPAddress").asText())
                .isNotEmpty()
                .isEqualTo(old.at("/Networks/bridge/IPAddress").asText());
        assertThat(old.at("/Networks/lan/Aliases").toString()).contains("www", id.substring(0, 12));
        JsonNode later = json("1.45", "/containers/web/json").at("/NetworkSettings/Networks/lan");
        assertThat(later.path("Aliases").toString()).isEqualTo("[\"www\"]");
        assertThat(later.path("DNSNames").toString()).contains("www", id.substring(0, 12));
        JsonNode newest = json("1.52", "/containers/web/json");
        assertThat(keys(newest.path("NetworkSettings")))
                .containsExactly("Networks", "Ports", "SandboxID", "SandboxKey");
        assertThat(newest.path("HostConfig").has("KernelMemoryTCP")).isFalse();

        assertThat(json("1.51", "/containers/json").path(0).has("Health")).isFalse();
        assertThat(json("1.52", "/containers/json").at("/0/Health/Status").asText())
                .isEqualTo("none");

        rig.ok("kill", "web");
        assertThat(rig.http()
                        .post("/v1.29/containers/web/wait?condition=never", null)
                        .body())
                .as("conditions came with 1.30")
                .contains("\"StatusCode\":137");
        assertThat(rig.http()
                        .post("/v1.30/containers/web/wait?condition=never", null)
                        .status())
                .isEqualTo(400);
    }

    @Test
    @WharfOnly("its newest version is 1.41")
    void networks_haveTheShapeOfTheVersion() {
        rig.ok(
                "network",
                "create",
                "--subnet",
                "10.93.0.0/28",
                "--ip-range",
                "10.93.0.8/29",
                "--gateway",
                "10.93.0.1",
                "lan");
        rig.ok("run", "-d", "--network", "lan", "busybox", "sleep", "1000");
        String filter = "/networks?filters=%7B%22name%22:%5B%22lan%22%5D%7D";
        assertThat(json("1.27", filter).at("/0/Containers")).hasSize(1);
        assertThat(json("1.28", filter).at("/0/Containers")).isEmpty();
        assertThat(json("1.52", filter).path(0).has("Containers")).isFalse();
        assertThat(json("1.51", "/networks/lan").has("Status")).isFalse();
        assertThat(json("1.52", "/networks/lan").at("/Status/IPAM/Subnets").toString())
                .as("network, gateway, broadcast and one container; broadcast and container are in the range")
                .isEqualTo("{\"10.93.0.0/28\":{\"IPsInUse\":4,\"DynamicIPsAvailable\":6}}");
    }

    @Test
    @WharfOnly("its newest version is 1.41")
    void creates_meanWhatTheirVersionMeans() {
        String id = created("1.39", "{'Image':'busybox','HostConfig':{'AutoRemove':true}}")
                .path("Id")
                .asText();
        assertThat(rig.ok("inspect", "-f", "{{.HostConfig.IpcMode}} {{.HostConfig.AutoRemove}}", id))
                .isEqualTo("shareable true");
        id = created("1.24", "{'Image':'busybox','HostConfig':{'AutoRemove':true}}")
                .path("Id")
                .asText();
        assertThat(rig.ok("inspect", "-f", "{{.HostConfig.AutoRemove}}", id)).isEqualTo("false");
        String ports = "{'Image':'busybox','HostConfig':{'PortBindings':{'80/tcp':[]}}}";
        assertThat(created("1.51", ports).path("Warnings")).isEmpty();
        assertThat(created("1.52", ports).path("Warnings").toString()).contains("empty list of port-bindings: 80/tcp");
        assertThat(rig.http()
                        .post(
                                "/v1.52/containers/create",
                                "{\"Image\":\"busybox\",\"MacAddress\":\"02:42:ac:11:00:99\"}")
                        .body())
                .contains("container-wide MAC address no longer supported");
    }

    @Test
    @WharfOnly("1.56 came later")
    void umaskAndAnnotations_areOfTheContainer() {
        String id = created(
                        "1.56",
                        "{'Image':'busybox','Cmd':['sh','-c','umask'],'HostConfig':{'Umask':63,"
                                + "'Annotations':{'colour':'red'}}}")
                .path("Id")
                .asText();
        assertThat(rig.ok("start", "-a", id)).isEqualTo("0077");
        for (String filter : List.of("colour", "colour=red")) {
            assertThat(json("1.56", "/containers/json?all=1&filters=%7B%22annotation%22:%5B%22" + filter + "%22%5D%7D"))
                    .hasSize(1);
        }
        assertThat(json("1.56", "/containers/json?all=1&filters=%7B%22annotation%22:%5B%22colour=blue%22%5D%7D"))
                .isEmpty();
    }

    @Test
    void readOnlyBinds_reachAsFarAsTheirVersionSays() throws IOException {
        Path below = Files.createDirectories(folder.resolve("below"));
        rig.machine().inHost("mount", "-t", "tmpfs", "below", below.toString()).ok();
        try {
            assertThat(touched("1.41")).isZero();
            if (!Here.DOCKERD) {
                assertThat(touched("1.43")).isZero();
                assertThat(touched("1.44")).isNotZero();
            }
        } finally {
            rig.machine().inHost("umount", below.toString()).ok();
        }
    }

    private int touched(String version) {
        return rig.docker()
                .with("DOCKER_API_VERSION", version)
                .run("run", "--rm", "-v", folder + ":/bound:ro", "busybox", "touch", "/bound/below/file")
                .code();
    }

    @Test
    @WharfOnly("its newest version is 1.41")
    void info_hasTheShapeOfTheVersion() {
        JsonNode newest = json("1.56", "/info");
        assertThat(newest.at("/FirewallBackend/Driver").asText()).isEqualTo("nftables");
        assertThat(newest.path("DiscoveredDevices").isArray()).isTrue();
        assertThat(keys(newest)).doesNotContain("BridgeNfIptables", "KernelMemoryTCP", "Containerd", "NRI");
        assertThat(keys(newest.path("RuncCommit"))).containsExactly("ID");
        assertThat(keys(json("1.51", "/info"))).contains("KernelMemoryTCP").doesNotContain("BridgeNfIptables");
        JsonNode old = json("1.43", "/info");
        assertThat(keys(old))
                .contains("BridgeNfIptables")
                .doesNotContain("FirewallBackend", "DiscoveredDevices", "CDISpecDirs");
        assertThat(keys(old.path("RuncCommit"))).containsExactly("Expected", "ID");
        assertThat(json("1.24", "/info").path("SecurityOptions").toString()).contains("\"seccomp\"");
    }

    @Test
    @WharfOnly("its newest version is 1.41")
    void diskUsage_hasTheShapeOfTheVersion() {
        rig.ok("create", "busybox");
        assertThat(keys(json("1.41", "/system/df")))
                .contains("LayersSize", "Images", "BuilderSize")
                .doesNotContain("ImageUsage");
        assertThat(keys(json("1.52", "/system/df"))).contains("LayersSize", "Images", "ImageUsage", "ContainerUsage");
        JsonNode verbose = json("1.52", "/system/df?verbose=1");
        assertThat(keys(verbose)).contains("VolumeUsage").doesNotContain("LayersSize", "Images");
        assertThat(verbose.at("/ContainerUsage/Items")).hasSize(1);
        assertThat(keys(json("1.52", "/system/df?type=volume")))
                .contains("VolumeUsage")
                .doesNotContain("ImageUsage");
    }

    @Test
    @WharfOnly("older engines have no least version of their own")
    void operations_areRefusedByVersionsThatHaveThemNot() {
        assertThat(rig.http().post("/v1.24/containers/prune", null).body())
                .contains("POST /containers/prune requires minimum API version 1.25");
        Http.Reply young = rig.http().get("/v1.54/images/busybox/attestations");
        assertThat(young.status()).isEqualTo(400);
        assertThat(rig.http().get("/v1.55/images/busybox/attestations").status())
                .isEqualTo(200);
        assertThat(rig.http().get("/v1.55/images/nowhere/attestations").status())
                .isEqualTo(404);
    }

    @Test
    @WharfOnly("its newest version is 1.41")
    void push_ofAnotherPlatform_isRefusedBeforeTheRegistryIsAsked() {
        rig.ok("tag", "busybox", "localhost:1/box:v1");
        String push =
                "/images/localhost:1/box/push?tag=v1&platform=%7B%22os%22:%22linux%22,%22architecture%22:%22s390x%22%7D";
        Http.Reply refused = rig.http().post("/v1.46" + push, null);
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.body()).contains("does not match the specified platform");
        assertThat(rig.http().post("/v1.45" + push, null).body())
                .as("clients sent it before it meant anything")
                .contains("connection refused");
        rig.ok("rmi", "localhost:1/box:v1");
    }

    @Test
    void pathsAndMethods_areAnsweredAsDockerDoes() {
        Http http = rig.http();
        Http.Reply options = http.request("OPTIONS", "/nowhere", null);
        assertThat(options.status()).isEqualTo(200);
        assertThat(options.header("Api-Version")).isNotEmpty();
        assertThat(options.header("Content-Length")).isEqualTo("0");
        Http.Reply old = http.get("/v1.11/info");
        assertThat(old.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(old.body()).startsWith("client version 1.11 is too old.");
        assertThat(http.get("/v1.41.7/_ping").body()).isEqualTo("OK");
        Http.Reply head = http.request("HEAD", "/_ping", null);
        assertThat(head.header("Content-Length")).isEqualTo("0");
        assertThat(head.header("Date")).endsWith("GMT");
        for (String nowhere : List.of("GET /nowhere", "PUT /containers/json", "POST /_ping", "GET /v1.41/nowhere")) {
            String[] words = nowhere.split(" ");
            Http.Reply reply = http.request(words[0], words[1], null);
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.body()).contains("page not found");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET|/swarm|503|not a swarm manager",
                "GET|/swarm/unlockkey|503|not a swarm manager",
                "POST|/swarm/leave|503|This node is not part of a swarm",
                "GET|/nodes|503|not a swarm manager",
                "GET|/services/x|503|not a swarm manager",
                "DELETE|/tasks|404|page not found",
                "GET|/tasks|503|not a swarm manager",
                "DELETE|/secrets/x|503|not a swarm manager",
                "GET|/configs|503|not a swarm manager",
                "GET|/plugins|200|[]",
                "GET|/plugins/x/json|404|plugin \"x\" not found",
                "POST|/plugins/x/y:z/enable|404|not found",
                "POST|/session|400|no upgrade proto in request",
            })
    void whatNeedsASwarmOrPlugins_isAnsweredAsWithoutThem(String method, String path, int status, String text) {
        Http.Reply reply = rig.http().request(method, path, null);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.body().replace("\\\"", "\"")).contains(text);
        if (text.contains("manager")) {
            assertThat(reply.body().replace("\\\"", "\"")).contains(NO_MANAGER);
        }
    }

    @Test
    void client_goesOnWithoutSwarmAndPlugins() {
        assertThat(rig.ok("plugin", "ls", "-q")).isEmpty();
        for (String list : List.of("service", "stack", "node", "secret", "config")) {
            Ran ran = rig.run(list, "ls");
            assertThat(ran.code()).isEqualTo(1);
            assertThat(ran.err()).contains(NO_MANAGER);
        }
    }
}
