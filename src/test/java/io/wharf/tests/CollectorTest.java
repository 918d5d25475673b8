package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What keeps images, and what goes by itself. */
@WharfOnly("it has neither pins nor a collector")
class CollectorTest extends SpaceBed {
    @Test
    void pin_isShownAndSparesFromPruneAndCollector() {
        space("keep", "");
        Docker docker = engine.docker();
        String id =
                docker.pipe(words(4, 1).bytes(), "import", "-", "pinned:1").ok().text();
        docker.pipe(words(5, 1).bytes(), "import", "-", "loose:1").ok();
        assertThat(engine.http().post("/wharf/v1/images/pin?name=pinned:1", "").status())
                .isEqualTo(204);
        assertThat(engine.http().post("/wharf/v1/images/pin?name=nobody", "").status())
                .isEqualTo(404);
        assertThat(json(engine.http().get("/v1.50/images/pinned:1/json").body())
                        .get("WharfPinned")
                        .asBoolean())
                .isTrue();
        for (JsonNode row : json(engine.http().get("/v1.50/images/json").body())) {
            assertThat(row.has("WharfPinned"))
                    .isEqualTo(row.get("RepoTags").get(0).asText().equals("pinned:1"));
        }
        assertThat(docker.ok("images", "--format", "{{.Repository}}")).contains("pinned", "loose");
        JsonNode would = json(engine.http()
                .post("/wharf/v1/images/collect?low=100000TB&dryRun=1", "")
                .body());
        assertThat(would.get("Images")).hasSize(1);
        docker.ok("image", "prune", "-af");
        assertThat(docker.ok("images", "--format", "{{.Repository}}")).isEqualTo("pinned");
        engine.stop();
        space("keep", "");
        engine.http().post("/wharf/v1/images/collect?low=100000TB", "");
        assertThat(docker.ok("images", "--format", "{{.Repository}}")).isEqualTo("pinned");
        assertThat(engine.http().delete("/wharf/v1/images/pin?name=pinned:1").status())
                .isEqualTo(204);
        engine.http().post("/wharf/v1/images/collect?low=100000TB", "");
        assertThat(docker.ok("images", "-q")).isEmpty();
        assertThat(docker.ok(
                                "events",
                                "--since",
                                "0",
                                "--until",
                                now(),
                                "--filter",
                                "type=image",
                                "--format",
                                "{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.reason}}")
                        .lines())
                .contains("pin " + id + " <no value>", "unpin " + id + " <no value>", "delete " + id + " collector");
    }

    @Test
    void collector_goesFromItsHighToItsLowMark_theLongestUnusedFirst() throws IOException {
        onADisk("50m", disk -> {
            space("keep", ", \"high\": \"70%\", \"low\": \"40%\"");
            Docker docker = engine.docker();
            Rig.importSmallImage(docker);
            String[] ids = new String[8];
            for (int i = 0; i < 4; i++) {
                ids[i] = importWords(10 + i, "image" + i);
                if (i == 0) {
                    // Used, by a container that does not run.
                    docker.ok("create", "--name", "user", "image0");
                }
            }
            // 5 MB each: half of the disk, and nothing goes.
            assertThat(docker.ok("images", "--format", "{{.Repository}}").lines())
                    .hasSize(5);
            docker.ok("run", "--rm", "busybox", "true");
            for (int i = 4; i < 8; i++) {
                ids[i] = importWords(10 + i, "image" + i);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(docker.ok("images", "--format", "{{.Repository}}")
                                    .lines())
                            .doesNotContain("image3")
                            .contains("image0", "image7"));
            List<String> told = docker.ok(
                            "events",
                            "--since",
                            "0",
                            "--until",
                            now(),
                            "--filter",
                            "event=delete",
                            "--format",
                            "{{.Actor.ID}} {{.Actor.Attributes.reason}}")
                    .lines()
                    .toList();
            assertThat(told.subList(0, 3))
                    .containsExactly(ids[1] + " collector", ids[2] + " collector", ids[3] + " collector");
            long total = Files.getFileStore(disk).getTotalSpace();
            // The bytes go after the removal is committed.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(total - Files.getFileStore(disk).getUsableSpace())
                                    .isLessThan(total * 7 / 10));
            docker.ok("rm", "user");
        });
    }
}
