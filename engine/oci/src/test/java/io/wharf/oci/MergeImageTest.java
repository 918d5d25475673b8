package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.contracts.ContainerConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergeImageTest {
    private static final ContainerConfig IMAGE = Specs.config("{'User':'web','WorkingDir':'/srv','Env':['A=1','B=2'],"
            + "'Entrypoint':['/entry'],'Cmd':['serve'],'Labels':{'a':'1','b':'2'},'Volumes':{'/data':{}},"
            + "'ExposedPorts':{'80/tcp':{}},'StopSignal':'SIGINT',"
            + "'Healthcheck':{'Test':['CMD','true'],'Interval':5}}");

    private static ContainerConfig merge(String request) {
        return MergeImage.merge(Specs.config(request), IMAGE);
    }

    @Test
    void merge_emptyRequest_isTheImage() {
        ContainerConfig merged = merge("{}");
        assertThat(merged.user()).isEqualTo("web");
        assertThat(merged.workingDir()).isEqualTo("/srv");
        assertThat(merged.stopSignal()).isEqualTo("SIGINT");
        assertThat(Command.of(merged)).isEqualTo(new Command("/entry", List.of("serve")));
        assertThat(merged.volumes()).containsOnlyKeys("/data");
    }

    @Test
    void merge_cmd_keepsTheEntrypoint() {
        assertThat(Command.of(merge("{'Cmd':['x','y']}"))).isEqualTo(new Command("/entry", List.of("x", "y")));
    }

    @Test
    void merge_entrypoint_dropsTheImagesCmd() {
        assertThat(Command.of(merge("{'Entrypoint':['/mine']}"))).isEqualTo(new Command("/mine", List.of()));
    }

    @Test
    void merge_entrypointTakenAway_runsTheCmd() {
        assertThat(Command.of(merge("{'Entrypoint':[''],'Cmd':['x']}"))).isEqualTo(new Command("x", List.of()));
        assertThatThrownBy(() -> Command.of(merge("{'Entrypoint':['']}"))).hasMessage("no command specified");
    }

    @Test
    void merge_emptyEntrypoint_takesTheImagesCmd() {
        assertThat(Command.of(merge("{'Entrypoint':[]}"))).isEqualTo(new Command("serve", List.of()));
    }

    @Test
    void merge_environment_putsTheRequestFirst() {
        assertThat(merge("{'Env':['B=3','C=4']}").env()).containsExactly("B=3", "C=4", "A=1");
    }

    @Test
    void merge_maps_uniteAndTheRequestWins() {
        ContainerConfig merged = merge("{'Labels':{'a':'9'},'Volumes':{'/more':{}},'ExposedPorts':{'81/udp':{}}}");
        assertThat(merged.labels()).containsEntry("a", "9").containsEntry("b", "2");
        assertThat(merged.volumes()).containsOnlyKeys("/data", "/more");
        assertThat(merged.exposedPorts()).containsOnlyKeys("80/tcp", "81/udp");
    }

    @Test
    void merge_healthcheck_fillsInWhatIsOpen() {
        assertThat(merge("{'Healthcheck':{'Interval':7}}").healthcheck())
                .isEqualTo(new ContainerConfig.Healthcheck(List.of("CMD", "true"), 7, 0, 0, 0, 0));
    }

    @Test
    void merge_withoutImage_isTheRequest() {
        ContainerConfig request = Specs.config("{'Cmd':['a'],'Env':['X=1']}");
        assertThat(MergeImage.merge(request, null)).isEqualTo(request);
    }

    @Test
    void environment_over_overridesInPlaceAndRemoves() {
        assertThat(Environment.over(List.of("A=1", "B=2", "C=3"), List.of("B=9", "A", "D=4")))
                .containsExactly("B=9", "C=3", "D=4");
    }
}
