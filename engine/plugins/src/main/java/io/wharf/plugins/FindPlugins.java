package io.wharf.plugins;

import io.wharf.base.WharfException;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for plugins in folders: {@code NAME.sock}, {@code NAME.spec} and {@code NAME.json}, in the folder itself or in one
 * of its name below it. Sockets go before descriptions, earlier folders before later ones. Blocks: for a pool.
 */
final class FindPlugins {
    private static final Logger LOG = LoggerFactory.getLogger(FindPlugins.class);
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");
    private static final List<String> DESCRIPTIONS = List.of(".spec", ".json");
    private static final String SOCKET = ".sock";
    private static final int LONGEST = 64 << 10;
    private static final int MOST = 256;

    private final List<Path> folders;

    /**
     * A plugin as it is found.
     *
     * @param identity changes when the socket or the description is made anew
     */
    record Found(String name, PluginAddress address, String identity) {}

    FindPlugins(List<String> folders) {
        this.folders = folders.stream().map(Path::of).toList();
    }

    Optional<Found> byName(String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        for (Path folder : folders) {
            for (Path file : places(folder, name, SOCKET)) {
                FileStatus status = status(file);
                if (status != null && isSocket(status)) {
                    return Optional.of(new Found(name, PluginAddress.ofSocket(file), identity(file, status)));
                }
            }
        }
        for (Path folder : folders) {
            for (String ending : DESCRIPTIONS) {
                for (Path file : places(folder, name, ending)) {
                    FileStatus status = status(file);
                    if (status != null && status.isFile()) {
                        return Optional.of(described(name, file, status));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** All that are there; a description that cannot be read is left out. */
    List<Found> all() {
        TreeSet<String> names = new TreeSet<>();
        for (Path folder : folders) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    String name = entry.getFileName().toString();
                    int dot = name.lastIndexOf('.');
                    String ending = dot < 0 ? "" : name.substring(dot);
                    // A name without an ending may be a folder that bears the plugin's name.
                    names.add(ending.equals(SOCKET) || DESCRIPTIONS.contains(ending) ? name.substring(0, dot) : name);
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                // The usual case: nobody has plugins.
            } catch (IOException e) {
                LOG.warn("plugins in {} cannot be listed: {}", folder, e.toString());
            }
        }
        List<Found> found = new ArrayList<>();
        for (String name : names) {
            try {
                byName(name).ifPresent(found::add);
            } catch (IOException | WharfException e) {
                LOG.warn("plugin {} is left out: {}", name, e.getMessage());
            }
            if (found.size() == MOST) {
                LOG.warn("there are more than {} plugins: the others are used by name only", MOST);
                break;
            }
        }
        return found;
    }

    private static List<Path> places(Path folder, String name, String ending) {
        return List.of(folder.resolve(name + ending), folder.resolve(name).resolve(name + ending));
    }

    private static Found described(String name, Path file, FileStatus status) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(LONGEST);
        }
        PluginAddress address;
        try {
            address = file.toString().endsWith(".json") ? PluginAddress.ofJson(content) : PluginAddress.ofSpec(content);
        } catch (WharfException e) {
            throw WharfException.internal(file + ": " + e.getMessage());
        }
        String identity = identity(file, status);
        String socket = address.socket().path();
        if (socket != null) {
            FileStatus there = status(Path.of(socket));
            identity += there == null ? " nothing" : " " + identity(Path.of(socket), there);
        }
        return new Found(name, address, identity);
    }

    private static boolean isSocket(FileStatus status) {
        return (status.mode() & FileStatus.S_IFMT) == FileStatus.S_IFSOCK;
    }

    private static @Nullable FileStatus status(Path file) {
        try {
            return FileStatus.of(OpenFlags.AT_FDCWD, file.toString(), 0);
        } catch (LinuxException e) {
            return null;
        }
    }

    private static String identity(Path file, FileStatus status) {
        return file + " " + status.inode() + " " + status.changedSeconds() + "." + status.changedNanos();
    }
}
