package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedProgramTest {
    private static final Duration TIME = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    @Test
    void of_runsACopyThatNobodyCanChange() throws IOException {
        var program = copyOf("/bin/ls");

        var sealed = SealedProgram.of(program.toString());

        assertThat(sealed).startsWith("/proc/" + ProcessHandle.current().pid() + "/fd/");
        var run = Commands.run(Spawn.named(sealed, program.toString()).arguments("/"), new byte[0], TIME, 4096);
        assertThat(run.success()).isTrue();
        assertThat(run.output()).contains("proc");
        assertThat(Path.of(sealed))
                .satisfies(copy -> assertThat(catchWrite(copy)).isInstanceOf(IOException.class));
    }

    @Test
    void of_isTheSameCopyAsLongAsTheProgramIs() throws IOException {
        var program = copyOf("/bin/ls");
        var first = SealedProgram.of(program.toString());

        assertThat(SealedProgram.of(program.toString())).isEqualTo(first);

        // A new file under the name, as packages are upgraded.
        var upgrade = Files.copy(Path.of("/bin/cat"), folder.resolve("upgrade"));
        Files.move(upgrade, program, StandardCopyOption.REPLACE_EXISTING);
        assertThat(SealedProgram.of(program.toString())).isNotEqualTo(first);
    }

    @Test
    void forget_givesTheMemoryBack() throws IOException {
        var program = copyOf("/bin/ls");
        var sealed = Path.of(SealedProgram.of(program.toString()));
        assertThat(Files.readSymbolicLink(sealed).toString()).contains("memfd:program");

        SealedProgram.forget(program.toString());

        assertThat(Files.isSymbolicLink(sealed)
                        && Files.readSymbolicLink(sealed).toString().contains("memfd:program"))
                .isFalse();
        assertThat(SealedProgram.of(program.toString())).startsWith("/proc/");
    }

    @Test
    void of_leavesScriptsAndWhatDoesNotRunWhereTheyAre() throws IOException {
        var script = Files.writeString(folder.resolve("script"), "#!/bin/sh\nexit 0\n");

        assertThat(SealedProgram.of(script.toString())).isEqualTo(script.toString());
        assertThat(SealedProgram.of("/bin/false")).isEqualTo("/bin/false");
        assertThat(SealedProgram.of("/nowhere")).isEqualTo("/nowhere");
    }

    private Path copyOf(String program) throws IOException {
        return Files.copy(Path.of(program), folder.resolve("program"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static Throwable catchWrite(Path file) {
        try {
            Files.write(file, new byte[1]);
            return new AssertionError("written");
        } catch (IOException e) {
            return e;
        }
    }
}
