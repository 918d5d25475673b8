package io.wharf.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountPointsTest {
    @TempDir
    private Path folder;

    /** As {@code -v /var/run/docker.sock:/var/run/docker.sock} into an image whose /var/run is a link. */
    @Test
    void write_socketBehindALink_isMountedOnAFile() throws Exception {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectory(root.resolve("var"));
        Files.createSymbolicLink(root.resolve("var/run"), Path.of("/run"));
        Path socket = folder.resolve("s.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            var host = Specs.host("{'Binds':['" + socket + ":/var/run/docker.sock','" + folder + ":/var/run/folder']}");
            var config = Specs.config("{'Cmd':['a']}");
            MountPlan mounts = MountPlan.of(config, host, name -> MountPlan.EMPTY);
            SpecInput input = new SpecInput(
                    Specs.ID,
                    config,
                    host,
                    root,
                    SpecInput.Namespaces.of(host, new SpecInput.Namespace.At("/run/netns/x"), Map.of()),
                    mounts,
                    null,
                    null);
            new Bundle(Specs.ableHost(), new CgroupPaths(false))
                    .write(input, folder.resolve("bundle"), Specs.runtime());
        }
        assertThat(root.resolve("run/docker.sock")).isRegularFile();
        assertThat(root.resolve("run/folder")).isDirectory();
    }
}
