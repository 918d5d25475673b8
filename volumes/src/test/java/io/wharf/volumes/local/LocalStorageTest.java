package io.wharf.volumes.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wharf.linux.MountFlags;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalStorageTest {
    @Test
    void of_readsEachKind() {
        assertThat(LocalStorage.of(Map.of())).isEqualTo(new LocalStorage.Folder());
        assertThat(LocalStorage.of(Map.of("size", "0"))).isEqualTo(new LocalStorage.Folder());
        assertThat(LocalStorage.of(Map.of("size", "1g"))).isEqualTo(new LocalStorage.LimitedFolder(1 << 30, 0));
        assertThat(LocalStorage.of(Map.of("size", "1m", "wharf.quota", "loop", "wharf.inodes", "7")))
                .isEqualTo(new LocalStorage.LoopFile(1 << 20, 7));
        assertThat(LocalStorage.of(Map.of("type", "nfs", "device", ":/x", "o", "addr=1.2.3.4")))
                .isEqualTo(new LocalStorage.Mounted(":/x", "nfs", "addr=1.2.3.4"));
    }

    @Test
    void of_refusesInDockersWords() {
        refuses(Map.of("colour", "red"), "invalid option: \"colour\"");
        refuses(Map.of("type", "nfs"), "missing required option: \"device\"");
        refuses(Map.of("device", ":/x"), "missing required option: \"type\"");
        refuses(Map.of("o", "ro", "type", "tmpfs"), "missing required option: \"device\"");
        refuses(Map.of("size", "much"), "invalid size: 'much'");
        refuses(
                Map.of("type", "cifs", "device", "//host:445/share"),
                "port not allowed in CIFS device URL, include 'port' in 'o='");
        assertThat(LocalStorage.of(Map.of("type", "cifs", "device", "//host/my share")))
                .isNotNull();
    }

    @Test
    void of_refusesWhatCannotBeHeld() {
        refuses(Map.of("size", "1m", "wharf.quota", "xfs"), "\"wharf.quota\"");
        refuses(Map.of("wharf.quota", "loop"), "missing required option: \"size\"");
        refuses(Map.of("size", "1m", "wharf.inodes", "many"), "\"many\" is no number");
        refuses(Map.of("size", "1m", "type", "tmpfs", "device", "tmpfs"), "o=size=64m");
    }

    @Test
    void mountOptions_areSplitAsMountDoes() {
        assertThat(MountOptions.parse("addr=1.2.3.4,ro,nosuid,suid,noatime,vers=4"))
                .isEqualTo(new MountOptions(MountFlags.MS_RDONLY | MountFlags.MS_NOATIME, 0, "addr=1.2.3.4,vers=4"));
        assertThat(MountOptions.parse("rbind,rslave"))
                .isEqualTo(new MountOptions(
                        MountFlags.MS_BIND | MountFlags.MS_REC, MountFlags.MS_SLAVE | MountFlags.MS_REC, ""));
        assertThat(MountOptions.parse("bind,ro").changesABind()).isTrue();
        assertThat(MountOptions.parse("").rest()).isEmpty();
    }

    @Test
    void host_isThatOfAShare() {
        assertThat(MountDevice.host("//server/share")).isEqualTo("server");
        assertThat(MountDevice.host("//me@server:445/share")).isEqualTo("server:445");
        assertThat(MountDevice.host(":/export")).isEmpty();
    }

    private static void refuses(Map<String, String> options, String words) {
        assertThatThrownBy(() -> LocalStorage.of(options)).hasMessageContaining(words);
    }
}
