package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.openapi.Contract;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {
    private final Router router = new Router(Contract.operations());

    @ParameterizedTest
    @CsvSource({
        "GET, /containers/json, ContainerList, ''",
        "GET, /containers/web/json, ContainerInspect, web",
        "GET, /containers//web/json, ContainerInspect, /web",
        "DELETE, /containers/web/db, ContainerDelete, web/db",
        "GET, /images/json, ImageList, ''",
        "GET, /images/json/json, ImageInspect, json",
        "GET, /images/localhost:5000/a/b:1/json, ImageInspect, localhost:5000/a/b:1",
        "GET, /images/a/json/json, ImageInspect, a/json",
        "GET, /images/a/b/get, ImageGet, a/b",
        "GET, /images/get, ImageGetAll, ''",
        "POST, /images/a/b/push, ImagePush, a/b",
        "DELETE, /images/a/b/c@sha256:12, ImageDelete, a/b/c@sha256:12",
        "POST, /containers/web/exec, ContainerExec, web",
        "GET, /containers/web/attach/ws, ContainerAttachWebsocket, web",
        "GET, /wharf/v1/openapi.json, WharfContract, ''",
    })
    void match_knownPath_findsOperation(String method, String path, String id, String name) {
        Router.Match match = router.match(method, path);

        assertThat(match).isNotNull();
        assertThat(match.operation().id()).isEqualTo(id);
        assertThat(match.parameters().values())
                .containsExactlyElementsOf(name.isEmpty() ? java.util.List.of() : java.util.List.of(name));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nothing",
        "GET, /",
        "GET, ''",
        "GET, containers/json",
        "GET, /containers",
        "GET, /images//json",
        "PUT, /containers/json",
        "POST, /exec/a/b/start",
        "GET, /containers/json/",
    })
    void match_otherPath_findsNothing(String method, String path) {
        assertThat(router.match(method, path)).isNull();
    }

    @Test
    void match_greedyAndPlainParameter_splitsFromTheEnd() {
        Router.Match match = router.match("DELETE", "/containers/a/b/checkpoints/c");

        assertThat(match).isNotNull();
        assertThat(match.parameters()).isEqualTo(Map.of("id", "a/b", "checkpoint", "c"));
    }
}
