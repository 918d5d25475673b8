package io.wharf.volumes.local;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.linux.Commands;
import io.wharf.linux.Errno;
import io.wharf.linux.Executables;
import io.wharf.linux.LinuxException;
import io.wharf.linux.LoopDevice;
import io.wharf.linux.Mounts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A file of a volume's size with ext4 in it. It is sparse: it takes what is written to it, and gives back what is deleted.
 * Blocks.
 */
final class LoopDisk {
    /** In a volume's folder. */
    static final String FILE = "_disk";

    /** Stands beside a disk that nobody has mounted yet: one without a row may go then, for nobody's files are on it. */
    static final String UNUSED = "_unused";

    private static final String MKFS = "mkfs.ext4";

    private LoopDisk() {}

    /** Makes the disk in a volume's folder. */
    static void make(Path folder, LocalStorage.LoopFile wanted) throws IOException {
        if (Executables.find(MKFS).isEmpty()) {
            throw WharfException.invalid("\"" + LocalStorage.QUOTA + "=loop\" needs the program " + MKFS
                    + " on the host (package e2fsprogs), which is not installed");
        }
        Path disk = folder.resolve(FILE);
        Path unused = folder.resolve(UNUSED);
        if (Files.exists(disk) && !Files.exists(unused)) {
            throw WharfException.conflict("a disk of its name is there already: " + disk);
        }
        Files.deleteIfExists(disk);
        Files.write(unused, new byte[0]);
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(wanted.bytes());
        }
        List<String> arguments = new ArrayList<>(
                List.of("-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard"));
        if (wanted.inodes() > 0) {
            // The first eleven are the file system's own.
            arguments.addAll(List.of("-N", Long.toString(wanted.inodes() + 11)));
        }
        arguments.add(disk.toString());
        Commands.Result made = Commands.run(MKFS, arguments.toArray(String[]::new));
        if (!made.success()) {
            throw WharfException.invalid("no file system of " + wanted.bytes() + " bytes can be made: " + MKFS + ": "
                    + made.reason().lines().reduce((first, last) -> last).orElse(""));
        }
    }

    static void mount(Mounts mounts, Path folder, String place) {
        String disk = folder.resolve(FILE).toString();
        try (LoopDevice device = LoopDevice.of(disk)) {
            Files.deleteIfExists(folder.resolve(UNUSED));
            mounts.mount(device.path(), place, "ext4", 0, "discard");
            // An empty volume is empty: what looks whether it is must not find this.
            Files.deleteIfExists(Path.of(place, "lost+found"));
        } catch (DirectoryNotEmptyException e) {
            // A check of the file system has put something there: it is the user's.
        } catch (LinuxException e) {
            String hint = e.is(Errno.ENOENT, Errno.ENXIO, Errno.ENODEV)
                    ? " (are there loop devices and ext4 on this machine?)"
                    : "";
            throw new WharfException(
                    ErrorKind.INTERNAL,
                    "failed to mount local volume: mount " + disk + ":" + place + ": "
                            + e.reason().toLowerCase(Locale.ROOT) + hint,
                    e);
        } catch (IOException e) {
            throw WharfException.internal("failed to mount local volume: mount " + disk + ": " + e.getMessage(), e);
        }
    }
}
