package io.wharf.files;

import io.wharf.base.WharfException;
import io.wharf.linux.Entries;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import io.wharf.tar.PlaceEntries.Owner;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The user of a container's config in numbers, by the container's own {@code /etc/passwd} and {@code /etc/group}. */
final class ContainerUser {
    private static final int LARGEST_FILE = 4 << 20;

    private ContainerUser() {}

    /** Null where the config names nobody. */
    static @Nullable Owner of(int root, String user) {
        if (user.isEmpty()) {
            return null;
        }
        int colon = user.indexOf(':');
        String name = colon < 0 ? user : user.substring(0, colon);
        String group = colon < 0 ? "" : user.substring(colon + 1);
        int uid = 0;
        int gid = 0;
        if (!name.isEmpty()) {
            OptionalInt number = number(name);
            Optional<String[]> account = lines(root, "/etc/passwd", 4)
                    .filter(fields -> number.isPresent()
                            ? fields[2].equals(Integer.toString(number.getAsInt()))
                            : fields[0].equals(name))
                    .findFirst();
            if (account.isEmpty() && number.isEmpty()) {
                throw WharfException.invalid("failed to look up user \"" + name + "\" in container: no matching entries"
                        + " in passwd file");
            }
            uid = account.map(fields -> number(fields[2]).orElse(0)).orElseGet(() -> number.orElse(0));
            gid = account.map(fields -> number(fields[3]).orElse(0)).orElse(0);
        }
        if (!group.isEmpty()) {
            OptionalInt number = number(group);
            gid = number.isPresent()
                    ? number.getAsInt()
                    : lines(root, "/etc/group", 3)
                            .filter(fields -> fields[0].equals(group))
                            .findFirst()
                            .map(fields -> number(fields[2]).orElse(0))
                            .orElseThrow(() -> WharfException.invalid("failed to look up group \"" + group
                                    + "\" in container: no matching entries in group file"));
        }
        return new Owner(uid, gid);
    }

    private static OptionalInt number(String text) {
        try {
            int number = Integer.parseInt(text);
            return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /** Of a file that is the container's to fill: looked at line by line. */
    private static Stream<String[]> lines(int root, String path, int leastFields) {
        int flags = OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY;
        try (Fd file = Entries.openBeneath(root, path, flags, 0)) {
            byte[] bytes = new byte[64 << 10];
            StringBuilder text = new StringBuilder();
            for (int count = file.read(bytes, 0, bytes.length);
                    count > 0 && text.length() < LARGEST_FILE;
                    count = file.read(bytes, 0, bytes.length)) {
                text.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
            }
            return text.toString()
                    .lines()
                    .map(line -> line.split(":", -1))
                    .filter(fields -> fields.length >= leastFields);
        } catch (LinuxException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return Stream.empty();
            }
            throw e;
        }
    }
}
