package io.wharf.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wharf.base.ErrorKind;
import org.junit.jupiter.api.Test;

class StartFailureTest {
    private static void is(String said, int code, ErrorKind kind, String part) {
        StartFailure failure = StartFailure.ofRuntime(said);
        assertThat(failure.exitCode()).as(said).isEqualTo(code);
        assertThat(failure.refusal().kind()).as(said).isEqualTo(kind);
        assertThat(failure.refusal())
                .hasMessageStartingWith("failed to create task for container: failed to create shim task: OCI runtime"
                        + " create failed: ")
                .hasMessageContaining(part)
                .hasMessageEndingWith(": unknown");
    }

    @Test
    void ofRuntime_missingProgram_is127() {
        String runc = "runc create failed: unable to start container process: exec: \"x\": executable file not found"
                + " in $PATH";
        is(runc, 127, ErrorKind.INVALID_ARGUMENT, "exec: \"x\": executable file not found in $PATH");
        is(
                "executable file `x` not found in $PATH: No such file or directory",
                127,
                ErrorKind.INVALID_ARGUMENT,
                "exec: \"x\": executable file not found in $PATH");
        is("open executable: No such file or directory", 127, ErrorKind.INVALID_ARGUMENT, "no such file or directory");
    }

    @Test
    void ofRuntime_notExecutable_is126() {
        is("exec: \"/etc\": permission denied", 126, ErrorKind.INVALID_ARGUMENT, "permission denied");
        is("open executable: Permission denied", 126, ErrorKind.INVALID_ARGUMENT, "permission denied");
        is("exec: \"/etc\": is a directory", 126, ErrorKind.INVALID_ARGUMENT, "is a directory");
    }

    @Test
    void ofRuntime_fileOverFolder_asksWhatWasMeant() {
        is("mount src=a: not a directory", 127, ErrorKind.INVALID_ARGUMENT, "Are you trying to mount a directory onto");
    }

    @Test
    void ofRuntime_anythingElse_is128AndInternal() {
        is("cannot set cgroup limit", 128, ErrorKind.INTERNAL, "cannot set cgroup limit");
    }
}
