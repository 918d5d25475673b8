package io.wharf.volumes.local;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.linux.Errno;
import io.wharf.linux.HostNames;
import io.wharf.linux.LinuxException;
import io.wharf.linux.MountFlags;
import io.wharf.linux.Mounts;
import io.wharf.linux.Propagation;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/** Mounts what {@code type}, {@code o} and {@code device} say. Blocks, on a server for as long as that likes. */
final class MountDevice {
    private static final String ADDRESS = "addr=";
    private static final String PASSWORD = "password=";
    private static final Duration LOOKUP = Duration.ofSeconds(10);
    private static final Set<String> REMOTE = Set.of("nfs", "nfs4", "cifs");

    private final Mounts mounts;

    MountDevice(Mounts mounts) {
        this.mounts = mounts;
    }

    void at(String place, LocalStorage.Mounted wanted) {
        if (wanted.device().isEmpty()) {
            throw WharfException.internal("missing device in volume options");
        }
        LocalStorage.Mounted found = REMOTE.contains(wanted.type()) ? withAddress(wanted) : wanted;
        MountOptions options = MountOptions.parse(found.options());
        try {
            mount(place, found, options);
        } catch (LinuxException e) {
            throw refused(place, found, options, e);
        }
    }

    private void mount(String place, LocalStorage.Mounted what, MountOptions options) {
        mounts.mount(what.device(), place, what.type(), options.flags(), options.rest());
        try {
            if (options.propagation() != 0) {
                mounts.mount("", place, "", options.propagation(), "");
            } else {
                // A bind is a peer of its source: what is detached below ours would be detached from the host's too.
                mounts.propagation(place, Propagation.SLAVE, true);
            }
            if (options.changesABind()) {
                int again = (options.flags() & ~MountFlags.MS_REC) | MountFlags.MS_REMOUNT;
                mounts.mount("", place, "", again, "");
            }
        } catch (LinuxException e) {
            mounts.unmount(place, MountFlags.MNT_DETACH);
            throw e;
        }
    }

    /** In Docker's words, with a hint where the kernel's are hard to understand. */
    private static WharfException refused(
            String place, LocalStorage.Mounted what, MountOptions options, LinuxException e) {
        String flags = options.flags() == 0 ? "" : ", flags: 0x" + Integer.toHexString(options.flags());
        String data = options.rest().isEmpty() ? "" : ", data: " + withoutPassword(options.rest());
        return new WharfException(
                ErrorKind.INTERNAL,
                "failed to mount local volume: mount " + what.device() + ":" + place + flags + data + ": "
                        + e.reason().toLowerCase(Locale.ROOT) + hint(what, e),
                e);
    }

    private static String hint(LocalStorage.Mounted what, LinuxException e) {
        if (e.is(Errno.ENODEV)) {
            return " (this kernel has no file system of type \"" + what.type() + "\")";
        }
        if (e.is(Errno.EINVAL)
                && what.type().startsWith("nfs")
                && !what.options().contains(ADDRESS)) {
            return " (nfs needs the address of its server in \"o\": o=addr=SERVER)";
        }
        return "";
    }

    private static String withoutPassword(String options) {
        StringBuilder shown = new StringBuilder();
        for (String option : options.split(",")) {
            shown.append(shown.isEmpty() ? "" : ",")
                    .append(option.startsWith(PASSWORD) ? PASSWORD + "********" : option);
        }
        return shown.toString();
    }

    /** The kernel takes no names of servers: that is what mount(8)'s helpers are for, and those are not used here. */
    private static LocalStorage.Mounted withAddress(LocalStorage.Mounted wanted) {
        for (String option : wanted.options().split(",")) {
            if (option.startsWith(ADDRESS)) {
                String server = option.substring(ADDRESS.length());
                String address = HostNames.isAddress(server) ? server : resolved(server);
                String options = wanted.options().replace(option, ADDRESS + address);
                return new LocalStorage.Mounted(wanted.device(), wanted.type(), options);
            }
        }
        String host = host(wanted.device());
        if (!wanted.type().equals("cifs") || host.isEmpty() || HostNames.isAddress(host)) {
            return wanted;
        }
        String device = wanted.device().replaceFirst("//[^/]*", "//" + resolved(host));
        return new LocalStorage.Mounted(device, wanted.type(), wanted.options());
    }

    /** Of {@code //[user@]host[:port]/share}; empty where there is none. */
    static String host(String device) {
        int from = device.indexOf("//");
        if (from < 0) {
            return "";
        }
        int end = device.indexOf('/', from + 2);
        String authority = device.substring(from + 2, end < 0 ? device.length() : end);
        return authority.substring(authority.indexOf('@') + 1);
    }

    private static String resolved(String server) {
        try {
            return HostNames.SYSTEM.await(server, LOOKUP).getFirst().getHostAddress();
        } catch (IOException e) {
            String reason = e instanceof SocketTimeoutException ? "i/o timeout" : "no such host";
            throw WharfException.internal(
                    "error resolving passed in network volume address: lookup " + server + ": " + reason, e);
        }
    }
}
