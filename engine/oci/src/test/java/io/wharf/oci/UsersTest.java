package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersTest {
    private static final String PASSWD = """
            root:x:0:0:root:/root:/bin/sh
            # a comment
            broken:line
            web:x:70:71::/srv:/bin/sh
            other:x:70:5::/:/bin/sh
            """;
    private static final String GROUP = "root:x:0:root\nweb:x:71:\ndisk:x:6:root,web\nwheel:x:10:web\n";

    private static Users.User find(String wanted, String... groupAdd) {
        return Users.find(PASSWD, GROUP, wanted, List.of(groupAdd));
    }

    @Test
    void find_nobody_isRootWithRootsGroups() {
        assertThat(find("")).isEqualTo(new Users.User(0, 0, List.of(0, 6)));
    }

    @Test
    void find_name_bringsItsGroups() {
        assertThat(find("web")).isEqualTo(new Users.User(70, 71, List.of(71, 6, 10)));
    }

    @Test
    void find_knownNumber_isThatUser() {
        assertThat(find("70")).isEqualTo(find("web"));
    }

    @Test
    void find_unknownNumber_isTakenAsItIs() {
        assertThat(find("1234")).isEqualTo(new Users.User(1234, 0, List.of(0)));
    }

    @Test
    void find_explicitGroup_leavesOutTheUsersOwn() {
        assertThat(find("web:disk")).isEqualTo(new Users.User(70, 6, List.of(6)));
        assertThat(find("1:999")).isEqualTo(new Users.User(1, 999, List.of(999)));
    }

    @Test
    void find_groupAdd_appends() {
        assertThat(find("1", "wheel", "44").groups()).containsExactly(0, 10, 44);
    }

    @Test
    void find_unknownNames_refusesInDockersWords() {
        assertThatThrownBy(() -> find("nobody"))
                .hasMessage("unable to find user nobody: no matching entries in passwd file");
        assertThatThrownBy(() -> find("web:no"))
                .hasMessage("unable to find group no: no matching entries in group file");
        assertThatThrownBy(() -> find("web", "no"))
                .hasMessage("Unable to find group no: no matching entries in group file");
    }

    @Test
    void find_numberTooLarge_refuses() {
        assertThatThrownBy(() -> find("4294967295")).hasMessage("uids and gids must be in range 0-2147483647");
    }

    @Test
    void find_emptyRoot_takesNumbers(@TempDir Path root) {
        assertThat(Users.find(root, "5:6", List.of())).isEqualTo(new Users.User(5, 6, List.of(6)));
    }

    @Test
    void find_linkOutOfTheRoot_staysInside(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.createDirectories(root.resolve("lib"));
        // Absolute, as images have it: outside of the root this would be another file.
        Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("/../../lib/passwd"));
        Files.writeString(root.resolve("lib/passwd"), "inside:x:9:9::/:/bin/sh\n");
        assertThat(Users.find(root, "inside", List.of()).uid()).isEqualTo(9);
    }

    @Test
    void find_databaseThatIsNoFile_isNone(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("etc/passwd"));
        assertThatThrownBy(() -> Users.find(root, "web", List.of()))
                .hasMessage("unable to find user web: no matching entries in passwd file");
    }
}
