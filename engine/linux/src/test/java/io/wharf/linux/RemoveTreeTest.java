package io.wharf.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RemoveTreeTest {
    private static final int FOLDER = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY;
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final int DEEP = 3000;

    @Test
    void at_deeperThanStackOrPathCouldBe_removesAll() throws Exception {
        Path top = Files.createTempDirectory(MEMORY, "wharf-remove.");
        Fd in = Entries.open(top.toString(), FOLDER, 0);
        for (int level = 0; level < DEEP; level++) {
            Entries.makeDirectory(in.value(), "d", 0755);
            Fd next = Entries.openAt(in.value(), "d", FOLDER, 0);
            in.close();
            in = next;
        }
        in.close();
        try (Pools pools = new Pools(1, 1)) {
            pools.run(() -> RemoveTree.at(top))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
        }
        assertThat(top).doesNotExist();
    }

    @Test
    void at_moreNamesThanAreReadAtATime_removesAll() throws IOException {
        Path top = Files.createTempDirectory(MEMORY, "wharf-remove.");
        Files.createDirectories(top.resolve("many"));
        for (int number = 0; number < 5000; number++) {
            Path name = top.resolve("many/" + number);
            if (number % 100 == 0) {
                Files.createDirectories(name.resolve("below"));
            } else {
                Files.createSymbolicLink(name, Path.of("/"));
            }
        }
        RemoveTree.at(top);
        assertThat(top).doesNotExist();
    }
}
