package io.wharf.daemon;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How readily the kernel ends this process when memory runs out (proc(5), oom_score_adj); containers have their own. */
final class OomScore {
    private static final Path FILE = Path.of("/proc/self/oom_score_adj");

    private OomScore() {}

    /** Sets it; null leaves it as whoever started the engine wanted it. */
    static void set(@Nullable Integer score) {
        if (score == null) {
            return;
        }
        try {
            Files.writeString(FILE, score.toString());
        } catch (IOException e) {
            throw WharfException.internal(
                    "failed to set the engine's OOM score to " + score + ": " + e.getMessage(), e);
        }
    }
}
