package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * The property-based tester of APIs: asks for what the contract allows, and for what it does not, and holds each answer
 * against it. {@code contract_hooks.py} tells it of the engine, and what it may not ask on a machine that is somebody's.
 */
final class Schemathesis {
    /** Answers without end, and connections that become something else. */
    private static final List<String> LEFT_OUT = List.of(
            "ContainerAttach", "ContainerAttachWebsocket", "ExecStart", "Session", "Grpc", "WharfEvents", "WharfLease");

    private static final String PROGRAM = System.getProperty("wharf.test.schemathesis", "");

    private Schemathesis() {}

    /** Runs it against an engine, tells its summary, and fails with all that it says where it finds anything. */
    static void run(Rig rig, Duration patience, String... more) {
        run(rig, patience, false, () -> {}, more);
    }

    /**
     * The same.
     *
     * @param dies whether the engine ends and starts again meanwhile: what it does not answer for that is asked again
     * @param over told when nothing is asked any more, before the engine is cleared
     */
    static void run(Rig rig, Duration patience, boolean dies, Runnable over, String... more) {
        Assumptions.assumeFalse(PROGRAM.isEmpty(), "no Schemathesis: bin/test installs it");
        Path contract = rig.engine().home().resolve("openapi.json");
        try {
            Files.writeString(contract, rig.http().get("/wharf/v1/openapi.json").body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(PROGRAM, "run", contract.toString()));
        command.addAll(List.of("--url", "http://localhost/v1.56", "--no-color", "--continue-on-failure"));
        command.addAll(List.of("--request-timeout", "20", "--suppress-health-check", "all"));
        command.addAll(List.of(
                "--checks",
                "status_code_conformance,content_type_conformance,response_headers_conformance,"
                        + "response_schema_conformance,fails_only_as_meant"));
        LEFT_OUT.forEach(id -> command.addAll(List.of("--exclude-operation-id", id)));
        command.addAll(List.of(more));
        Map<String, String> variables = Map.of(
                "WHARF_SOCKET",
                rig.engine().socket().toString(),
                "PYTHONPATH",
                Here.resource("contract_hooks.py").getParent().toString(),
                "PYTHONDONTWRITEBYTECODE",
                "1",
                "WHARF_IMAGE",
                Here.smallImage().toString(),
                "WHARF_DIES",
                dies ? "1" : "0",
                "SCHEMATHESIS_HOOKS",
                "contract_hooks");
        Ran ran = Running.start(command, variables, rig.engine().home())
                .closeInput()
                .await(patience);
        int summary = ran.out().indexOf("= SUMMARY =");
        System.out.println(ran.out().substring(Math.max(0, summary)) + ran.err());
        over.run();
        // Those with snapshots go only by force.
        rig.run("volume", "ls", "-q").lines().forEach(name -> rig.run("volume", "rm", "-f", name));
        if (rig.run("image", "inspect", "busybox").code() != 0) {
            // A prune may take it while nothing stands on it.
            Rig.importSmallImage(rig.docker());
        }
        assertThat(ran.code()).as(ran.out() + ran.err()).isZero();
    }
}
