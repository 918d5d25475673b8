package io.wharf.oci;

import io.wharf.base.WharfException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds out who {@code --user} is, by the container's own {@code /etc/passwd} and {@code /etc/group}. */
final class Users {
    private static final long MAX_ID = Integer.MAX_VALUE;

    /** Numbers of a process's user; the groups start with the first. */
    record User(int uid, int gid, List<Integer> groups) {}

    private record Account(String name, long uid, long gid) {}

    private record Group(String name, long gid, List<String> members) {}

    private Users() {}

    /**
     * Reads the root's files and decides.
     *
     * @param wanted {@code user[:group]}, each a name or a number; empty for root
     * @param groupAdd further groups by name or number
     */
    static User find(Path root, @Nullable String wanted, List<String> groupAdd) {
        return find(
                RootFiles.text(root, "/etc/passwd").orElse(""),
                RootFiles.text(root, "/etc/group").orElse(""),
                wanted == null ? "" : wanted,
                groupAdd);
    }

    static User find(String passwd, String group, String wanted, List<String> groupAdd) {
        int colon = wanted.indexOf(':');
        String name = colon < 0 ? wanted : wanted.substring(0, colon);
        String groupName = colon < 0 ? "" : wanted.substring(colon + 1);
        long number = name.isEmpty() ? 0 : number(name);
        Optional<Account> account = accounts(passwd)
                .filter(one -> number >= 0 ? one.uid() == number : one.name().equals(name))
                .findFirst();
        if (account.isEmpty() && number < 0) {
            throw WharfException.internal("unable to find user " + name + ": no matching entries in passwd file");
        }
        long uid = account.map(Account::uid).orElse(number);
        long gid = account.map(Account::gid).orElse(0L);
        Set<Integer> groups = new LinkedHashSet<>();
        if (!groupName.isEmpty()) {
            gid = groupNumber(group, groupName)
                    .orElseThrow(() -> WharfException.internal(
                            "unable to find group " + groupName + ": no matching entries in group file"));
        }
        checkRange(uid);
        checkRange(gid);
        groups.add((int) gid);
        if (groupName.isEmpty() && account.isPresent()) {
            String member = account.get().name();
            groups(group, one -> one.members().contains(member)).forEach(one -> groups.add((int) one.gid()));
        }
        for (String extra : groupAdd) {
            long found = groupNumber(group, extra)
                    .orElseThrow(() -> WharfException.internal(
                            "Unable to find group " + extra + ": no matching entries in group file"));
            checkRange(found);
            groups.add((int) found);
        }
        return new User((int) uid, (int) gid, new ArrayList<>(groups));
    }

    /** A group by its name, and otherwise the number itself. */
    private static Optional<Long> groupNumber(String file, String wanted) {
        long number = number(wanted);
        Optional<Long> named = groups(file, one -> one.name().equals(wanted) || one.gid() == number)
                .map(Group::gid)
                .findFirst();
        return named.isPresent() || number < 0 ? named : Optional.of(number);
    }

    private static Stream<Account> accounts(String passwd) {
        return lines(passwd, 4)
                .map(parts -> new Account(parts[0], number(parts[2]), number(parts[3])))
                .filter(account -> account.uid() >= 0 && account.gid() >= 0);
    }

    private static Stream<Group> groups(String file, Predicate<Group> filter) {
        return lines(file, 3)
                .map(parts -> new Group(
                        parts[0], number(parts[2]), parts.length > 3 ? List.of(parts[3].split(",")) : List.of()))
                .filter(group -> group.gid() >= 0 && filter.test(group));
    }

    private static Stream<String[]> lines(String file, int leastFields) {
        return file.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> line.split(":", -1))
                .filter(parts -> parts.length >= leastFields);
    }

    /** The number, or -1 for what is none. */
    private static long number(String text) {
        if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Long.parseLong(text);
    }

    private static void checkRange(long id) {
        if (id < 0 || id > MAX_ID) {
            throw WharfException.internal("uids and gids must be in range 0-" + MAX_ID);
        }
    }
}
