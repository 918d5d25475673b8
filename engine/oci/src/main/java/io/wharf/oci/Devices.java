package io.wharf.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import io.wharf.linux.Directories;
import io.wharf.linux.Errno;
import io.wharf.linux.FileStatus;
import io.wharf.linux.LinuxException;
import io.wharf.linux.OpenFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which device nodes a container sees, and which it may use. */
final class Devices {
    private static final String DEV = "/dev";
    private static final String ALL_ACCESS = "rwm";
    // Mounted or made by the runtime itself.
    private static final Set<String> OWN =
            Set.of("pts", "shm", "fd", "mqueue", "console", ".lxc", ".lxd-mounts", ".udev");
    private static final Pattern RULE = Pattern.compile("([acb]) ([0-9]+|\\*):([0-9]+|\\*) ([rwm]{1,3})");
    private static final int ANY = -1;
    private static final int PERMISSIONS = 0777;

    /** A device node of the host at a path of the container. */
    record Node(String path, char type, int major, int minor, int mode, int uid, int gid) {}

    /** An entry of the cgroup's device list; the type {@code a} and -1 stand for any. */
    record Rule(boolean allow, char type, int major, int minor, String access) {
        void write(JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeBooleanField("allow", allow);
            if (type != 'a') {
                json.writeStringField("type", String.valueOf(type));
            }
            if (major != ANY) {
                json.writeNumberField("major", major);
            }
            if (minor != ANY) {
                json.writeNumberField("minor", minor);
            }
            json.writeStringField("access", access);
            json.writeEndObject();
        }
    }

    // Docker's list: null, zero, full, random, urandom, tty and console; the runtime adds ptmx and terminals. FUSE is
    // refused by name, for a runtime's own defaults have let it in.
    private static final List<Rule> DEFAULT_RULES = List.of(
            new Rule(false, 'a', ANY, ANY, ALL_ACCESS),
            new Rule(true, 'c', 1, 5, ALL_ACCESS),
            new Rule(true, 'c', 1, 3, ALL_ACCESS),
            new Rule(true, 'c', 1, 9, ALL_ACCESS),
            new Rule(true, 'c', 1, 8, ALL_ACCESS),
            new Rule(true, 'c', 5, 0, ALL_ACCESS),
            new Rule(true, 'c', 5, 1, ALL_ACCESS),
            new Rule(false, 'c', 10, 229, ALL_ACCESS));

    /** What a container gets. */
    record Chosen(List<Node> nodes, List<Rule> rules) {
        void writeNodes(JsonGenerator json) throws IOException {
            if (nodes.isEmpty()) {
                return;
            }
            json.writeArrayFieldStart("devices");
            for (Node node : nodes) {
                json.writeStartObject();
                json.writeStringField("path", node.path());
                json.writeStringField("type", String.valueOf(node.type()));
                json.writeNumberField("major", node.major());
                json.writeNumberField("minor", node.minor());
                json.writeNumberField("fileMode", node.mode());
                json.writeNumberField("uid", node.uid());
                json.writeNumberField("gid", node.gid());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }

    private Devices() {}

    /** Looks up the devices that are asked for; a privileged container gets all of the host. */
    static Chosen choose(HostConfig host) {
        if (!host.privileged()
                && host.devices().isEmpty()
                && host.deviceCgroupRules().isEmpty()) {
            return new Chosen(List.of(), DEFAULT_RULES);
        }
        List<Node> nodes = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        if (host.privileged()) {
            below(DEV, DEV, nodes);
            rules.add(new Rule(true, 'a', ANY, ANY, ALL_ACCESS));
        } else {
            rules.addAll(DEFAULT_RULES);
        }
        for (HostConfig.Device wanted : host.devices()) {
            add(wanted, nodes, rules);
        }
        host.deviceCgroupRules().forEach(rule -> rules.add(rule(rule)));
        return new Chosen(nodes, rules);
    }

    /** The device at a path of the host, its links followed; to be seen at {@code inside}. */
    static Node node(String path, String inside) {
        try {
            FileStatus status = FileStatus.of(path);
            if (status.isDevice()) {
                return node(status, inside);
            }
        } catch (LinuxException e) {
            throw gathering(path, e.is(Errno.ENOENT) ? "no such file or directory" : e.reason());
        }
        throw gathering(path, "not a device node");
    }

    static Rule rule(String text) {
        Matcher matcher = RULE.matcher(text);
        if (!matcher.matches()) {
            throw WharfException.invalid("invalid device cgroup rule format: '" + text + "'");
        }
        return new Rule(
                true, matcher.group(1).charAt(0), number(matcher.group(2)), number(matcher.group(3)), matcher.group(4));
    }

    private static void add(HostConfig.Device wanted, List<Node> nodes, List<Rule> rules) {
        String path = wanted.pathOnHost();
        String inside =
                wanted.pathInContainer() == null || wanted.pathInContainer().isEmpty()
                        ? path
                        : wanted.pathInContainer();
        String access =
                wanted.cgroupPermissions() == null || wanted.cgroupPermissions().isEmpty()
                        ? ALL_ACCESS
                        : wanted.cgroupPermissions();
        List<Node> found = new ArrayList<>();
        if (isDirectory(path)) {
            below(path, inside, found);
            if (found.isEmpty()) {
                throw gathering(path, "not a device node");
            }
        } else {
            found.add(node(path, inside));
        }
        for (Node node : found) {
            nodes.removeIf(known -> known.path().equals(node.path()));
            nodes.add(node);
            rules.add(new Rule(true, node.type(), node.major(), node.minor(), access));
        }
    }

    private static boolean isDirectory(String path) {
        try {
            return FileStatus.of(path).isDirectory();
        } catch (LinuxException e) {
            throw gathering(path, e.is(Errno.ENOENT) ? "no such file or directory" : e.reason());
        }
    }

    private static void below(String folder, String inside, List<Node> nodes) {
        for (Directories.Entry entry : Directories.list(folder)) {
            String path = folder + "/" + entry.name();
            if (folder.equals(DEV) && OWN.contains(entry.name())) {
                continue;
            }
            if (entry.type() == Directories.Type.DIRECTORY) {
                below(path, inside + "/" + entry.name(), nodes);
            } else {
                FileStatus.ifPresent(OpenFlags.AT_FDCWD, path)
                        .filter(FileStatus::isDevice)
                        .ifPresent(status -> nodes.add(node(status, inside + "/" + entry.name())));
            }
        }
    }

    private static Node node(FileStatus status, String inside) {
        boolean block = (status.mode() & FileStatus.S_IFMT) == FileStatus.S_IFBLK;
        return new Node(
                inside.isEmpty() ? "" : Path.of(inside).normalize().toString(),
                block ? 'b' : 'c',
                status.specialMajor(),
                status.specialMinor(),
                status.permissions() & PERMISSIONS,
                status.uid(),
                status.gid());
    }

    private static int number(String text) {
        return text.equals("*") ? ANY : Integer.parseInt(text);
    }

    private static WharfException gathering(String path, String reason) {
        return WharfException.internal(
                "error gathering device information while adding custom device \"" + path + "\": " + reason);
    }
}
