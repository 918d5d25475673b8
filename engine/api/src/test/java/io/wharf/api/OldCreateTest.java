package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OldCreateTest {
    private static OldCreate read(String version, String config, String host) {
        return read(version, config, host, true);
    }

    private static OldCreate read(String version, String config, String host, boolean unified) {
        return OldCreate.read(
                ApiVersion.parse(version),
                Json.read(config.replace('\'', '"'), ContainerConfig.class),
                Json.read(host.replace('\'', '"'), HostConfig.class),
                () -> unified);
    }

    private static HostConfig host(String version, String host) {
        return read(version, "{}", host).host();
    }

    @Test
    void defaults_areThoseOfTheirTime() {
        assertThat(host("1.39", "{}").ipcMode()).isEqualTo("shareable");
        assertThat(host("1.39", "{'IpcMode':'private'}").ipcMode()).isEqualTo("private");
        assertThat(host("1.40", "{}").ipcMode()).isEmpty();
        assertThat(read("1.43", "{}", "{}").readOnlyTopOnly()).isTrue();
        assertThat(read("1.44", "{}", "{}").readOnlyTopOnly()).isFalse();
    }

    /** Whatever the daemon's own default is. */
    @Test
    void namespaceOfCgroups_isTheHostsForOldClientsOfTheFirstVersion() {
        assertThat(read("1.40", "{}", "{}", false).host().cgroupnsMode()).isEqualTo("host");
        assertThat(read("1.40", "{}", "{}", true).host().cgroupnsMode()).isEmpty();
        assertThat(read("1.41", "{}", "{}", false).host().cgroupnsMode()).isEmpty();
        assertThat(read("1.40", "{}", "{'CgroupnsMode':'private'}", false)
                        .host()
                        .cgroupnsMode())
                .isEqualTo("private");
    }

    @Test
    void fieldsOfLaterVersions_areIgnored() {
        String host = "{'ConsoleSize':[4,5],'Annotations':{'a':'b'}}";
        assertThat(host("1.41", host).consoleSize()).containsExactly(0, 0);
        assertThat(host("1.42", host).consoleSize()).containsExactly(4, 5);
        assertThat(host("1.42", host).annotations()).isEmpty();
        assertThat(host("1.43", host).annotations()).containsEntry("a", "b");
        String config = "{'Healthcheck':{'Test':['NONE'],'StartInterval':5000000}}";
        assertThat(read("1.43", config, "{}").config().healthcheck().startInterval())
                .isZero();
        assertThat(read("1.44", config, "{}").config().healthcheck().startInterval())
                .isEqualTo(5_000_000);
    }

    @Test
    void mountOptions_ofAnotherType_areIgnoredWhereTheyWereOnce() {
        String host = "{'Mounts':[{'Type':'bind','Source':'/a','Target':'/b','TmpfsOptions':{'Mode':1},"
                + "'VolumeOptions':{'NoCopy':true},'BindOptions':{'CreateMountpoint':true,'NonRecursive':true}}]}";
        HostConfig.Mount old = host("1.39", host).mounts().getFirst();
        assertThat(old.tmpfsOptions()).isNull();
        assertThat(old.volumeOptions()).isNull();
        assertThat(old.bindOptions().createMountpoint()).isFalse();
        assertThat(old.bindOptions().nonRecursive()).isFalse();
        assertThat(host("1.41", host).mounts().getFirst().bindOptions().nonRecursive())
                .isTrue();
        HostConfig.Mount young = host("1.42", host).mounts().getFirst();
        assertThat(young.tmpfsOptions()).isNotNull();
        assertThat(young.bindOptions().createMountpoint()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.43|1.44|'Type':'bind','BindOptions':{'ReadOnlyForceRecursive':true}|BindOptions.ReadOnlyForceRecursive"
                        + " needs API v1.44 or newer",
                "1.44|1.45|'Type':'volume','VolumeOptions':{'Subpath':'x'}|VolumeOptions.Subpath needs API v1.45 or newer",
                "1.47|1.48|'Type':'image'|Mount type \"Image\" needs API v1.48 or newer",
            },
            quoteCharacter = '`')
    void whatAClientWouldTrustIn_isRefused(String old, String young, String mount, String message) {
        String host = "{'Mounts':[{" + mount + "}]}";
        assertThatThrownBy(() -> host(old, host)).hasMessage(message);
        assertThat(host(young, host).mounts()).hasSize(1);
    }

    @Test
    void warnings_areThoseOfTheVersion() {
        String ports = "{'PortBindings':{'80/tcp':[],'81/tcp':[{}]}}";
        assertThat(read("1.51", "{}", ports).warnings()).isEmpty();
        assertThat(read("1.52", "{}", ports).warnings())
                .containsExactly(
                        "Following container port(s) have an empty list of port-bindings: 80/tcp. Such bindings"
                                + " will be discarded in a future version.");
        String driver = "{'VolumeDriver':'x','Mounts':[{'Type':'volume','Target':'/v'}]}";
        assertThat(read("1.47", "{}", driver).warnings()).isEmpty();
        assertThat(read("1.48", "{}", driver).warnings())
                .singleElement()
                .asString()
                .contains("volume-driver");
        assertThat(host("1.51", "{'KernelMemoryTCP':5}").kernelMemoryTcp()).isEqualTo(5);
        assertThat(host("1.52", "{'KernelMemoryTCP':5}").kernelMemoryTcp()).isZero();
        assertThat(read("1.52", "{}", "{'KernelMemoryTCP':5}").warnings()).hasSize(1);
    }

    @Test
    void macAddressOfTheWholeContainer_isGoneSince152() {
        assertThatThrownBy(() -> OldEndpoints.read(
                        ApiVersion.parse("1.52"),
                        "02:42:ac:11:00:99",
                        EmptyBody.HOST_CONFIG,
                        io.wharf.contracts.NetworkingConfig.NONE))
                .hasMessage(
                        "container-wide MAC address no longer supported; use endpoint-specific MAC address instead");
    }
}
