package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerService.Created;
import io.wharf.contracts.Pending;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be read is refused in Docker's words. */
@Timeout(60)
class BadRequestsTest {
    private static ApiUnderTest api;

    @BeforeAll
    static void open() throws IOException {
        api = new ApiUnderTest();
        api.containers.on("create", arguments -> Future.succeededFuture(new Created("id", List.of())));
    }

    @AfterAll
    static void close() throws IOException {
        api.close();
    }

    private static String message(String answer) {
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        return body.replaceAll("^\\{\"message\":\"(.*)\"}\\s*$", "$1").replace("\\\"", "\"");
    }

    /** An exponent would be written out, in twenty million digits. */
    @ParameterizedTest
    @ValueSource(
            strings = {"1e20000000", "1e-20000000", "1E5", "0x1", ".5", "5.", "12345678901234567890", "1.5.5", "word"})
    void time_thatIsNone_isRefused(String time) throws IOException {
        for (String path : List.of("/events?since=", "/events?until=", "/containers/web/logs?stdout=1&since=")) {
            assertThat(message(RawClient.get(api.socket, path + time)))
                    .endsWith("strconv.ParseInt: parsing \"" + time + "\": invalid syntax");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | invalid JSON: got EOF while reading request body",
                "` ` | invalid JSON: got EOF while reading request body",
                "{ | invalid JSON: unexpected EOF",
                "{\"Image\": \"a | invalid JSON: unexpected EOF",
                "{\"HostConfig\": {\"Memory\": 1 | invalid JSON: unexpected EOF",
                "abc | invalid JSON: invalid character 'a' looking for beginning of value",
                "{Image: 1} | invalid JSON: invalid character 'I' looking for beginning of object key string",
                "{\"Image\" 1} | invalid JSON: invalid character '1' after object key",
                "{\"Image\": \"a\" \"b\"} | invalid JSON: invalid character '\"' after object key:value pair",
                "{\"Cmd\": [\"a\" 1]} | invalid JSON: invalid character '1' after array element",
                "{\"Image\": \"a\"} {} | unexpected content after JSON",
                "{\"Image\": \"a\"} x | unexpected content after JSON",
                "[] | invalid JSON: json: cannot unmarshal array into Go value of type CreateRequest",
                "\"a\" | invalid JSON: json: cannot unmarshal string into Go value of type CreateRequest",
                "{\"Image\": 1} | invalid JSON: json: cannot unmarshal number into Go struct field CreateRequest.Image of type string",
                "{\"Tty\": \"true\"} | invalid JSON: json: cannot unmarshal string into Go struct field CreateRequest.Tty of type bool",
                "{\"Image\": \"a\", \"HostConfig\": {\"Memory\": \"64m\"}} | invalid JSON: json: cannot unmarshal string into Go struct field CreateRequest.HostConfig.Memory of type int64",
                "{\"Image\": \"a\", \"HostConfig\": {\"Memory\": 1.5}} | invalid JSON: json: cannot unmarshal number 1.5 into Go struct field CreateRequest.HostConfig.Memory of type int64",
                "{\"Image\": \"a\", \"HostConfig\": {\"Memory\": 99999999999999999999}} | invalid JSON: json: cannot unmarshal number 99999999999999999999 into Go struct field CreateRequest.HostConfig.Memory of type int64",
                "{\"Image\": \"a\", \"HostConfig\": {\"Binds\": \"x\"}} | invalid JSON: json: cannot unmarshal string into Go struct field CreateRequest.HostConfig.Binds of type []string",
                "{\"Image\": \"a\", \"HostConfig\": []} | invalid JSON: json: cannot unmarshal array into Go struct field CreateRequest.HostConfig of type HostConfig",
                "{\"Labels\": {\"a\": 1}} | invalid JSON: json: cannot unmarshal number into Go struct field CreateRequest.Labels.a of type string",
                "{} | config cannot be empty in order to create a container",
                "{\"HostConfig\": {}} | config cannot be empty in order to create a container",
            })
    void body_thatCannotBeRead_isToldWhy(String body, String words) throws Exception {
        String answer = RawClient.post(api.socket, "/v1.50/containers/create", body == null ? "" : body);
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertThat(message(answer)).isEqualTo(words);
    }

    @Test
    void contentType_mustBeJson_whereThereIsOne() throws Exception {
        String head = "POST /containers/create HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 13\r\n";
        assertThat(message(RawClient.ask(api.socket, head + "Content-Type: text/plain\r\n\r\n{\"Image\":\"a\"}")))
                .isEqualTo("unsupported Content-Type header (text/plain): must be 'application/json'");
        assertThat(RawClient.ask(api.socket, head + "\r\n{\"Image\":\"a\"}")).startsWith("HTTP/1.1 201 ");
        assertThat(RawClient.ask(
                        api.socket, head + "Content-Type: application/json; charset=utf-8\r\n\r\n{\"Image\":\"a\"}"))
                .startsWith("HTTP/1.1 201 ");
    }

    @Test
    void start_takesNoBody() throws Exception {
        api.containers.on("start", arguments -> Future.succeededFuture());
        assertThat(message(RawClient.post(api.socket, "/containers/x/start", "{\"Memory\":1}")))
                .isEqualTo(
                        "starting container with non-empty request body was deprecated since API v1.22 and removed in"
                                + " v1.24");
        assertThat(RawClient.post(api.socket, "/containers/x/start", "{}")).startsWith("HTTP/1.1 204 ");
        assertThat(RawClient.post(api.socket, "/containers/x/start", "")).startsWith("HTTP/1.1 204 ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /containers/json?limit=abc | strconv.Atoi: parsing \"abc\": invalid syntax",
                "GET /containers/json?limit=99999999999999999999 | strconv.Atoi: parsing \"99999999999999999999\": value out of range",
                "GET /containers/json?filters=abc | invalid filter",
                "GET /containers/json?filters=%5B%5D | invalid filter",
                "GET /containers/json?filters=%7B%22status%22:1%7D | invalid filter",
                "GET /containers/json?filters=%7B%22color%22:%5B%22red%22%5D%7D | invalid filter 'color'",
                "POST /containers/x/stop?t=soon | strconv.Atoi: parsing \"soon\": invalid syntax",
                "POST /containers/x/restart?t=1.5 | strconv.Atoi: parsing \"1.5\": invalid syntax",
                "POST /containers/x/resize | invalid resize height \"\": invalid syntax",
                "POST /containers/x/resize?h=-1&w=1 | invalid resize height \"-1\": value out of range",
                "POST /containers/x/resize?h=1&w=abc | invalid resize width \"abc\": invalid syntax",
                "POST /exec/x/resize?h=1&w=4294967296 | invalid resize width \"4294967296\": value out of range",
                "POST /containers/x/resize?h=1 | invalid resize width \"\": invalid syntax",
                "POST /containers/x/rename?name= | Neither old nor new names may be empty",
                "GET /containers/x/archive | bad parameter: path cannot be empty",
                "POST /commit | invalid name or ID supplied: \"\"",
                "GET /images/search?term=a&limit=all | invalid limit specified: strconv.Atoi: parsing \"all\": invalid syntax",
                "GET /images/search?term=a&limit=-1 | invalid limit specified: strconv.Atoi: parsing \"-1\": value out of range",
                "POST /v1.48/build/prune?reserved-space=1GB | reserved-space is in bytes and expects an integer, got 1GB: strconv.Atoi: parsing \"1GB\": invalid syntax",
                "POST /wharf/v1/images/pin | missing parameter: name",
                "POST /containers/x/wait?condition=later | invalid condition: \"later\"",
                "GET /containers/x/logs?stdout=1&since=abc | invalid value for \"since\": strconv.ParseInt: parsing \"abc\": invalid syntax",
                "GET /containers/x/logs | Bad parameters: you must choose at least one stream",
                "POST /containers/x/exec | No exec command specified",
                "POST /containers/x/start?checkpoint=c1 | checkpoint is only supported in experimental mode",
                "GET /containers/x/attach/ws?stream=1 | not websocket protocol",
            })
    void parameter_thatCannotBeRead_isToldWhy(String request, String words) throws Exception {
        String answer = RawClient.ask(api.socket, request + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        assertThat(message(answer)).isEqualTo(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /containers/x/stop?t=",
                "POST /containers/x/stop?t=%2B1",
                "POST /containers/x/stop?t=-5",
                "POST /containers/x/stop?t=1&t=soon",
                "POST /containers/x/stop?colour=red",
            })
    void parameter_thatDockerTakes_isTaken(String request) throws Exception {
        api.containers.on("stop", arguments -> Future.succeededFuture(Pending.of(Future.succeededFuture())));
        assertThat(RawClient.ask(api.socket, request + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 204 ");
    }

    @Test
    void parameter_thatTheVersionLacks_isNotLookedAt() throws Exception {
        api.containers.on("waitFor", arguments -> Future.failedFuture(WharfException.notFound("asked")));
        String end = " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n";
        assertThat(message(RawClient.ask(api.socket, "POST /v1.29/containers/x/wait?condition=later" + end)))
                .isEqualTo("asked");
        assertThat(message(RawClient.ask(api.socket, "POST /v1.30/containers/x/wait?condition=" + end)))
                .isEqualTo("asked");
    }
}
