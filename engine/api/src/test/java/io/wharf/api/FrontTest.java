package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.CreateContainer;
import io.wharf.contracts.ContainerService.Created;
import io.wharf.contracts.ContainerService.Exit;
import io.wharf.contracts.HostSockets;
import io.wharf.contracts.Pending;
import io.wharf.openapi.Contract;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FrontTest {
    private ApiUnderTest api;

    @BeforeEach
    void open() throws IOException {
        api = new ApiUnderTest();
    }

    @AfterEach
    void close() throws IOException {
        api.close();
        assertThat(api.folder).doesNotExist();
    }

    @Test
    void ping_tellsVersionAndBuilder() throws IOException {
        String answer = RawClient.get(api.socket, "/_ping");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK")
                .contains("Api-Version: 1.56", "Ostype: linux", "Server: Wharf/0.0-test (linux)")
                .contains(
                        "Docker-Experimental: false",
                        "Builder-Version: 1",
                        "Swarm: inactive",
                        "Cache-Control: no-cache")
                .endsWith("\r\n\r\nOK");
        assertThat(RawClient.ask(api.socket, "HEAD /v1.24/_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"))
                .contains("200 OK", "Api-Version: 1.56")
                .endsWith("\r\n\r\n");
    }

    @Test
    void experimental_isTold() throws Exception {
        Path other = api.folder.resolve("other.sock");
        ApiVerticle second =
                new ApiVerticle(api.options(List.of("unix://" + other)), api.handles, HostSockets.UNKNOWN, true);
        ApiUnderTest.await(api.vertx.deployVerticle(second));
        assertThat(RawClient.get(other, "/_ping")).contains("Docker-Experimental: true");
        ApiUnderTest.await(api.vertx.undeploy(second.deploymentId()));
    }

    @Test
    void tcp_answersToo() throws Exception {
        int port = api.verticle.ports().getFirst();
        try (HttpClient client = HttpClient.newHttpClient()) {
            // The client offers HTTP/2 by an upgrade, which is to be ignored.
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/_ping"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("OK");
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @Test
    void socket_hasModeAndIsRefusedToASecond() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(api.socket)))
                .isEqualTo("rw-rw----");
        ApiVerticle second =
                new ApiVerticle(api.options(List.of("unix://" + api.socket)), api.handles, HostSockets.UNKNOWN, false);
        assertThatThrownBy(() -> ApiUnderTest.await(api.vertx.deployVerticle(second)))
                .hasMessageContaining("another process serves it");
        assertThat(RawClient.get(api.socket, "/_ping")).endsWith("OK");
    }

    @Test
    void socket_thatCannotBeHad_isNamed() {
        for (String host : List.of("unix:///proc/no.sock", "tcp://127.0.0.1:99999", "tcp://192.0.2.1:23456")) {
            ApiVerticle second = new ApiVerticle(api.options(List.of(host)), api.handles, HostSockets.UNKNOWN, false);
            assertThatThrownBy(() -> ApiUnderTest.await(api.vertx.deployVerticle(second)))
                    .hasMessageContaining("cannot listen on " + host + ": ");
        }
    }

    @Test
    void socket_neverReplacesAnotherFile() throws IOException {
        Path file = Files.writeString(api.folder.resolve("precious"), "kept");
        ApiVerticle second =
                new ApiVerticle(api.options(List.of("unix://" + file)), api.handles, HostSockets.UNKNOWN, false);
        assertThatThrownBy(() -> ApiUnderTest.await(api.vertx.deployVerticle(second)))
                .hasMessageContaining("it is no socket");
        assertThat(file).hasContent("kept");
        Files.delete(file);
    }

    @Test
    void refusals_haveDockersWords() throws IOException {
        assertThat(RawClient.get(api.socket, "/v1.99/info"))
                .contains("400 Bad Request", "client version 1.99 is too new. Maximum supported API version is 1.56");
        assertThat(RawClient.get(api.socket, "/v1.10/info"))
                .contains("400 Bad Request", "client version 1.10 is too old");
        assertThat(RawClient.get(api.socket, "/v1.41/nothing"))
                .contains("404 Not Found", "Api-Version: 1.56")
                .endsWith("{\"message\":\"page not found\"}\n");
        assertThat(RawClient.get(api.socket, "/containers/%zz/json")).contains("400 Bad Request", "invalid path");
        assertThat(RawClient.post(api.socket, "/info", "")).contains("404 Not Found", "page not found");
        assertThat(RawClient.get(api.socket, "/services")).contains("503", "This node is not a swarm manager.");
        assertThat(RawClient.post(api.socket, "/build", "")).contains("501", "not supported yet");
        assertThat(RawClient.get(api.socket, "/plugins")).endsWith("[]\n");
    }

    @Test
    void version_comesFromTheService() throws IOException {
        api.system.on("version", none -> Future.succeededFuture(Map.of("ApiVersion", "1.50")));

        assertThat(RawClient.get(api.socket, "/v1.30/version"))
                .contains("application/json", "{\"ApiVersion\":\"1.50\"}");
    }

    @Test
    void contract_isServed() throws IOException {
        assertThat(RawClient.get(api.socket, "/wharf/v1/openapi.json")).contains("\"openapi\":\"3.1.0\"");
    }

    @Test
    void create_readsKeysOfAnyCaseAndNulls() throws IOException {
        List<CreateContainer> seen = new ArrayList<>();
        api.containers.on("create", arguments -> {
            seen.add((CreateContainer) arguments[0]);
            return Future.succeededFuture(new Created("abc", List.of()));
        });

        String answer = RawClient.post(
                api.socket,
                "/v1.41/containers/create?name=/web&unknown=1",
                "{\"image\":\"busybox\",\"CMD\":\"true\",\"Env\":null,\"Strange\":{},\"hostConfig\":{\"memory\":1024,\"Binds\":null},"
                        + "\"NetworkingConfig\":{\"EndpointsConfig\":{\"n\":{\"Aliases\":[\"a\"]}}}}");

        assertThat(answer).contains("201 Created").endsWith("{\"Id\":\"abc\",\"Warnings\":[]}\n");
        assertThat(seen).singleElement().satisfies(request -> {
            assertThat(request.name()).isEqualTo("web");
            assertThat(request.config().image()).isEqualTo("busybox");
            assertThat(request.config().cmd()).containsExactly("true");
            assertThat(request.hostConfig().memory()).isEqualTo(1024);
            assertThat(request.networking().endpointsConfig().get("n").aliases())
                    .containsExactly("a");
        });
    }

    @Test
    void create_withoutContentType_isTaken() throws IOException {
        api.containers.on("create", arguments -> Future.succeededFuture(new Created("abc", List.of())));

        assertThat(
                        RawClient.ask(
                                api.socket,
                                "POST /containers/create HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{\"Image\":\"a\"}"))
                .contains("201 Created");
        assertThat(
                        RawClient.ask(
                                api.socket,
                                "POST /containers/create HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"))
                .contains("400 Bad Request", "unsupported Content-Type header (text/plain)");
    }

    @Test
    void create_badBodies_areRefused() throws IOException {
        assertThat(RawClient.post(api.socket, "/containers/create", "{\"Image\":"))
                .contains("400 Bad", "invalid JSON: ");
        assertThat(RawClient.post(api.socket, "/containers/create", "{} {}"))
                .contains("400 Bad", "unexpected content after JSON");
        assertThat(RawClient.post(api.socket, "/containers/create", "{\"Env\":5}"))
                .contains("400 Bad", "cannot unmarshal number into Go struct field CreateRequest.Env of type []string");
        assertThat(RawClient.post(api.socket, "/containers/create", "{\"HostConfig\":{\"Binds\":[{}]}}"))
                .contains(
                        "400 Bad",
                        "cannot unmarshal object into Go struct field CreateRequest.HostConfig.Binds of type string");
        assertThat(RawClient.post(api.socket, "/containers/create", ""))
                .contains("400 Bad", "invalid JSON: got EOF while reading request body");
        assertThat(RawClient.post(api.socket, "/containers/create", " ".repeat(Front.LONGEST_BODY + 1)))
                .contains("413 Request Entity Too Large", "request body too large");
        assertThat(api.containers.calls()).isEmpty();
    }

    @Test
    void failures_keepTheirKinds() throws IOException {
        for (ErrorKind kind : List.of(ErrorKind.NOT_FOUND, ErrorKind.CONFLICT, ErrorKind.INTERNAL)) {
            api.containers.on("start", arguments -> Future.failedFuture(new WharfException(kind, "so \"it\" is")));
            assertThat(RawClient.post(api.socket, "/containers/web/start", ""))
                    .startsWith("HTTP/1.1 " + kind.httpStatus())
                    .endsWith("{\"message\":\"so \\\"it\\\" is\"}\n");
        }
        api.containers.on("start", arguments -> Future.failedFuture(new WharfException(ErrorKind.NOT_MODIFIED, "")));
        assertThat(RawClient.post(api.socket, "/containers/web/start", ""))
                .startsWith("HTTP/1.1 304")
                .endsWith("\r\n\r\n");
    }

    @Test
    void wait_sendsItsHeadBeforeTheEnd() throws IOException {
        Promise<Exit> exit = Promise.promise();
        api.containers.on("waitFor", arguments -> Future.succeededFuture(Pending.of(exit.future())));
        try (RawClient client = new RawClient(api.socket)) {
            client.send("POST /containers/web/wait?condition=next-exit HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK");
            exit.complete(new Exit(7, null));
            assertThat(client.read(20)).contains("{\"StatusCode\":7}");
        }
    }

    @Test
    void stop_withdrawsWhenTheClientLeaves() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch withdrawn = new CountDownLatch(1);
        api.containers.on("stop", arguments -> {
            begun.countDown();
            return Future.succeededFuture(new Pending<>(Promise.<Void>promise().future(), withdrawn::countDown));
        });
        try (RawClient client = new RawClient(api.socket)) {
            client.send("POST /containers/web/stop?t=100 HTTP/1.1\r\nHost: d\r\n\r\n");
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(withdrawn.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(api.containers.calls()).singleElement().asString().contains("timeoutSeconds=100");
    }

    @Test
    void halfARequest_reachesNoService() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            client.send("POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 100\r\n\r\n{\"Image\":");
        }
        assertThat(RawClient.get(api.socket, "/_ping")).endsWith("OK");
        assertThat(api.containers.calls()).isEmpty();
    }

    @Test
    void keepAlive_servesOneAfterTheOther() throws IOException {
        try (RawClient client = new RawClient(api.socket)) {
            for (int i = 0; i < 3; i++) {
                client.send("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
                assertThat(client.readHead()).containsIgnoringCase("Content-Length: 2");
                assertThat(client.read(2)).isEqualTo("OK");
            }
        }
    }

    @Test
    void handlers_otherThanTheContract_stopTheStart() {
        assertThatThrownBy(() ->
                        new Handlers().on("Nonsense", call -> Reply.ok("")).checked(Contract.operations()))
                .hasMessageContaining("ContainerCreate")
                .hasMessageContaining("without operation [Nonsense]");
    }
}
