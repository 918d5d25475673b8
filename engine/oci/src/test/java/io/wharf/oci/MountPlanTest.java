package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail.MountPoint;
import io.wharf.contracts.VolumeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountPlanTest {
    private static MountPlan plan(String config, String host) {
        return MountPlan.of(Specs.config(config), Specs.host(host), ref -> {
            throw WharfException.notFound("No such container: " + ref);
        });
    }

    private static MountPlan plan(String host) {
        return plan("{}", host);
    }

    private static VolumeService.VolumeDetail volume(String name) {
        return new VolumeService.VolumeDetail("", "local", Map.of(), "/v/" + name, name, Map.of(), "local", null);
    }

    @Test
    void of_bind_readsSourceTargetAndMode() {
        assertThat(plan("{'Binds':['/a//b/:/c/../d:ro,rslave,Z']}").mountPoints())
                .containsExactly(new MountPoint("bind", "", "/a/b", "/d", "", "ro,rslave,Z", false, "rslave"));
    }

    @Test
    void of_named_isAVolume() {
        MountPlan plan = plan("{'Binds':['data:/d:nocopy']}");
        assertThat(plan.volumesToCreate())
                .isEqualTo(Map.of("/d", new VolumeService.CreateVolume("data", "", Map.of(), Map.of())));
        assertThat(plan.targets().getFirst().copy()).isFalse();
        assertThat(plan.withVolumes(Map.of("/d", volume("data"))).mountPoints())
                .containsExactly(new MountPoint("volume", "data", "/v/data", "/d", "local", "nocopy", true, ""));
    }

    @Test
    void of_imageVolume_isAnonymousUnlessSomethingIsThere() {
        MountPlan plan = plan("{'Volumes':{'/d':{},'/e/':{},'/t':{}}}", "{'Binds':['/x:/d'],'Tmpfs':{'/t':'size=1m'}}");
        assertThat(plan.volumesToCreate()).containsOnlyKeys("/e");
        MountTarget anonymous = plan.targets().get(1);
        assertThat(anonymous.anonymous()).isTrue();
        assertThat(anonymous.copy()).isTrue();
        assertThat(plan.withVolumes(Map.of("/e", volume("f00"))).mountPoints())
                .contains(new MountPoint("volume", "f00", "/v/f00", "/e", "local", "", true, ""));
    }

    @Test
    void of_imageVolumeWithColons_isNoBind() {
        MountPlan plan = plan("{'Volumes':{'/etc:/host':{}}}", "{}");
        assertThat(plan.targets()).singleElement().satisfies(target -> {
            assertThat(target.isVolume()).isTrue();
            assertThat(target.source()).isEmpty();
            assertThat(target.destination()).isEqualTo("/etc:/host");
        });
    }

    @Test
    void of_depths_putsTheHigherFirst() {
        assertThat(plan("{'Binds':['/x:/a/b/c','/y:/a','/z:/a/b']}").targets())
                .extracting(MountTarget::destination)
                .containsExactly("/a", "/a/b", "/a/b/c");
    }

    @Test
    void of_volumesFrom_takesOverAndBindsWin() {
        MountPlan lent =
                plan("{'Binds':['data:/d','/x:/e'],'Tmpfs':{'/t':''}," + "'Mounts':[{'Type':'tmpfs','Target':'/u'}]}");
        MountPlan plan = MountPlan.of(
                Specs.config("{}"), Specs.host("{'VolumesFrom':['other:ro'],'Binds':['/mine:/e']}"), ref -> lent);
        assertThat(plan.targets()).extracting(MountTarget::destination).containsExactly("/d", "/e");
        assertThat(plan.targets().get(0).readOnly()).isTrue();
        assertThat(plan.targets().get(1).source()).isEqualTo("/mine");
        assertThatThrownBy(() -> plan("{'VolumesFrom':['gone']}")).hasMessage("No such container: gone");
    }

    @Test
    void of_mounts_readsAllThreeTypes() {
        MountPlan plan = plan("{'Mounts':[{'Type':'bind','Source':'/tmp','Target':'/b','ReadOnly':true,"
                + "'BindOptions':{'NonRecursive':true}},"
                + "{'Type':'volume','Source':'v','Target':'/v','VolumeOptions':{'NoCopy':true,'Labels':{'a':'b'},"
                + "'DriverConfig':{'Name':'local','Options':{'o':'size=1'}}}},"
                + "{'Type':'tmpfs','Target':'/t','TmpfsOptions':{'SizeBytes':1024,'Mode':511}}]}");
        assertThat(plan.targets().get(0).recursive()).isFalse();
        assertThat(plan.targets().get(1).options()).isEqualTo("size=1024,mode=777");
        assertThat(plan.volumesToCreate())
                .isEqualTo(Map.of(
                        "/v", new VolumeService.CreateVolume("v", "local", Map.of("o", "size=1"), Map.of("a", "b"))));
        assertThat(plan.mountPoints()).extracting(MountPoint::type).containsExactly("bind", "tmpfs", "volume");
    }

    @ParameterizedTest
    @ValueSource(strings = {":/a", "/a:", "/a:/b:ro:x", "/foo:rw"})
    void of_badBind_refuses(String bind) {
        assertThatThrownBy(() -> plan("{'Binds':['" + bind + "']}"))
                .hasMessage("invalid volume specification: '" + bind + "'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'Binds':['/a:/b:foo']}|invalid mode: foo",
                "{'Binds':['/a:/b:ro,rw']}|invalid mode: ro,rw",
                "{'Binds':['/a:/']}|invalid volume specification: '/a:/': invalid specification: destination can't be '/'",
                "{'Binds':['/a:b']}|invalid volume specification: '/a:b': invalid mount config for type \"bind\": invalid mount"
                        + " path: 'b' mount path must be absolute",
                "{'Binds':['/a:/x','/b:/x/']}|Duplicate mount point: /x",
                "{'Binds':['/a:/x'],'Tmpfs':{'/x':''}}|Duplicate mount point: /x",
                "{'Mounts':[{'Type':'bind','Source':'/nope/x','Target':'/x'}]}"
                        + "|invalid mount config for type \"bind\": bind source path does not exist: /nope/x",
                "{'Mounts':[{'Type':'bind','Target':'/x'}]}"
                        + "|invalid mount config for type \"bind\": field Source must not be empty",
                "{'Mounts':[{'Type':'volume'}]}|invalid mount config for type \"volume\": field Target must not be empty",
                "{'Mounts':[{'Type':'volume','Target':'/x','VolumeOptions':{'Subpath':'y'}}]}|invalid mount config for type"
                        + " \"volume\": must not set Subpath when using anonymous volumes",
                "{'Mounts':[{'Type':'volume','Source':'v','Target':'/x','VolumeOptions':{'Subpath':'../y'}}]}|invalid mount"
                        + " config for type \"volume\": subpath must be a relative path within the volume",
                "{'Mounts':[{'Type':'image','Target':'/x'}]}"
                        + "|invalid mount config for type \"image\": field Source must not be empty",
                "{'Mounts':[{'Type':'image','Source':'i','Target':'/x','ImageOptions':{'Subpath':'/y'}}]}|invalid mount"
                        + " config for type \"image\": subpath must be a relative path within the volume",
                "{'Mounts':[{'Type':'volume','Target':'/x','TmpfsOptions':{}}]}"
                        + "|invalid mount config for type \"volume\": field TmpfsOptions must not be specified",
                "{'Mounts':[{'Type':'tmpfs','Target':'/x','TmpfsOptions':{'Options':[['suid']]}}]}"
                        + "|invalid mount config for type \"tmpfs\": invalid option: suid",
                "{'Mounts':[{'Type':'bind','Source':'/tmp','Target':'/x','BindOptions':{'ReadOnlyForceRecursive':true}}]}"
                        + "|mount options conflict: !ReadOnly && BindOptions.ReadOnlyForceRecursive",
                "{'Mounts':[{'Type':'tmpfs','Target':'/x','Source':'/y'}]}"
                        + "|invalid mount config for type \"tmpfs\": field Source must not be specified",
                "{'Mounts':[{'Type':'npipe','Target':'/x'}]}"
                        + "|invalid mount config for type \"npipe\": mount type unknown",
                "{'Mounts':[{'Type':'bind','Source':'/tmp','Target':'/x','BindOptions':{'Propagation':'up'}}]}"
                        + "|invalid mount config for type \"bind\": invalid propagation mode: up",
            })
    void of_badMount_refusesInDockersWords(String host, String message) {
        assertThatThrownBy(() -> plan(host)).hasMessage(message);
    }

    @Test
    void prepareSources_bind_makesTheFolder(@TempDir Path folder) {
        Path source = folder.resolve("a/b");
        plan("{'Binds':['" + source + ":/x']}").prepareSources();
        assertThat(source).isDirectory();
    }

    @Test
    void prepareSources_longBindGone_refuses(@TempDir Path folder) throws Exception {
        Path source = Files.createDirectory(folder.resolve("a"));
        MountPlan plan = plan("{'Mounts':[{'Type':'bind','Source':'" + source + "','Target':'/x'}]}");
        Files.delete(source);
        assertThatThrownBy(plan::prepareSources).hasMessageEndingWith("bind source path does not exist: " + source);
    }

    @Test
    void prepareSources_fileInTheWay_refuses(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("f"));
        assertThatThrownBy(plan("{'Binds':['" + file + "/sub:/x']}")::prepareSources)
                .hasMessageStartingWith("error while creating mount source path '" + file + "/sub': mkdir ");
    }

    @Test
    void plan_asJson_comesBackTheSame() {
        MountPlan plan = plan(
                        "{'Volumes':{'/e':{}}}",
                        "{'Binds':['/x:/d:ro'],'Tmpfs':{'/t':'size=1m'},'Mounts':["
                                + "{'Type':'volume','Source':'v','Target':'/v','VolumeOptions':{'NoCopy':true}}]}")
                .withFolders(Map.of("v", "/folder"));
        assertThat(Json.read(Json.write(plan), MountPlan.class)).isEqualTo(plan);
        assertThat(plan.targets())
                .anySatisfy(target -> assertThat(target.source()).isEqualTo("/folder"));
    }

    @Test
    void tmpfsOptions_merged_laterWins() {
        assertThat(TmpfsOptions.merged("exec,size=1m,mode=700,size=2m"))
                .isEqualTo(List.of("nosuid", "nodev", "exec", "mode=700", "size=2m"));
    }

    @Test
    void rootPropagation_isTheStrongestAsked() {
        assertThat(plan("{'Binds':['/a:/a:rslave','/b:/b:shared']}").rootPropagation())
                .isEqualTo("shared");
        assertThat(plan("{'Binds':['/a:/a:slave']}").rootPropagation()).isEqualTo("rslave");
        assertThat(plan("{'Binds':['/a:/a']}").rootPropagation()).isEmpty();
    }
}
