package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.openapi.Contract;
import io.wharf.openapi.Operation;
import io.wharf.openapi.Role;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardTest {
    @Test
    void environment_isHiddenWhereverItStands() {
        Reply hidden = HideEnvironment.in(new Reply.Json(
                200,
                Map.of(
                        "Config",
                        Map.of("Env", List.of("A=b"), "Cmd", List.of("sh")),
                        "List",
                        List.of(Map.of("env", List.of("C=d"))))));

        assertThat(hidden)
                .isInstanceOfSatisfying(
                        Reply.Json.class,
                        json -> assertThat(WriteReply.line(json.body()).toString())
                                .contains("\"Env\":[]", "\"env\":[]", "\"Cmd\":[\"sh\"]")
                                .doesNotContain("A=b", "C=d"));
        assertThat(HideEnvironment.in(Reply.Empty.OK)).isSameAs(Reply.Empty.OK);
    }

    /** What reaches into containers or takes out what is in them is not for those who only look. */
    @Test
    void roles_ofTheContract_keepReadersOut() {
        List<String> readers = Contract.operations().stream()
                .filter(operation -> operation.role() == Role.READ_ONLY)
                .map(Operation::id)
                .toList();

        assertThat(readers)
                .contains("ContainerInspect", "ContainerLogs", "SystemEvents", "SystemPing")
                .doesNotContain(
                        "ContainerArchiveGet",
                        "ContainerArchiveHead",
                        "ContainerExport",
                        "ContainerAttachWebsocket",
                        "ImageGet",
                        "ImageGetAll",
                        "ImageHistory",
                        // They make the engine connect to wherever it is told.
                        "ImageSearch",
                        "DistributionInspect");
        assertThat(Contract.operations())
                .filteredOn(operation -> operation.role() == Role.READ_ONLY)
                .extracting(Operation::method)
                .containsOnly("GET", "HEAD");
    }

    @Test
    void roles_ofTheContract_letOperatorsMakeAndRemoveNothing() {
        assertThat(Contract.operations())
                .filteredOn(operation -> operation.role() == Role.OPERATOR)
                .extracting(Operation::id)
                .contains("ContainerStart", "ContainerStop", "ExecStart")
                .noneMatch(id -> id.matches(".*(Create|Delete|Prune|Remove|Build|Update|Put|Load|Import|Lease).*"));
    }
}
