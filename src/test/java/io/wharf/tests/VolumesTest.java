package io.wharf.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code docker volume}. */
class VolumesTest {
    @RegisterExtension
    static final Rig rig = new Rig();

    @Test
    void create_isIdempotentAndNamed() {
        assertThat(rig.ok("volume", "create", "data")).isEqualTo("data");
        assertThat(rig.ok("volume", "create", "data")).isEqualTo("data");
        assertThat(rig.ok("volume", "create")).matches("[0-9a-f]{64}");
    }

    @Test
    void create_withBadName_isRefused() {
        assertThat(rig.run("volume", "create", "a/b").err())
                .contains("includes invalid characters for a local volume name");
    }

    @Test
    @WharfOnly("it looks for the plugin for a quarter of a minute")
    void create_withUnknownDriver_isRefused() {
        Ran ran = rig.run("volume", "create", "-d", "nothing", "x1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("nothing").containsIgnoringCase("plugin");
    }

    @Test
    void inspect_showsEverything() {
        rig.ok("volume", "create", "--label", "a=1", "data");
        String format = "{{.Name}} {{.Driver}} {{.Scope}} {{json .Labels}}";
        assertThat(rig.ok("volume", "inspect", "-f", format, "data")).isEqualTo("data local local {\"a\":\"1\"}");
        Ran ran = rig.run("volume", "inspect", "nothing");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).containsIgnoringCase("no such volume");
        assertThat(rig.http().get("/volumes/nothing").status()).isEqualTo(404);
    }

    @Test
    void ls_filters() {
        rig.ok("volume", "create", "--label", "tier=one", "first");
        rig.ok("volume", "create", "second");
        rig.ok("create", "-v", "second:/x", "busybox");
        assertThat(rig.ok("volume", "ls", "-q", "-f", "dangling=true")).isEqualTo("first");
        assertThat(rig.ok("volume", "ls", "-q", "-f", "dangling=false")).isEqualTo("second");
        assertThat(rig.ok("volume", "ls", "-q", "-f", "label=tier=one")).isEqualTo("first");
        assertThat(rig.ok("volume", "ls", "-q", "-f", "name=eco")).isEqualTo("second");
        assertThat(rig.ok("volume", "ls", "-q", "-f", "driver=local").lines())
                .containsExactlyInAnyOrder("first", "second");
        assertThat(rig.run("volume", "ls", "-f", "nonsense=1").code()).isEqualTo(1);
    }

    @Test
    void rm_forgets_andForceIsQuiet() {
        rig.ok("volume", "create", "data");
        assertThat(rig.ok("volume", "rm", "data")).isEqualTo("data");
        assertThat(rig.run("volume", "rm", "data").code()).isEqualTo(1);
        assertThat(rig.http().delete("/volumes/data").status()).isEqualTo(404);
        assertThat(rig.run("volume", "rm", "-f", "data").code()).isZero();
        assertThat(rig.ok("volume", "ls", "-q")).isEmpty();
    }
}
