package io.wharf.networking.vlan;

import io.wharf.base.WharfException;
import io.wharf.linux.Errno;
import io.wharf.linux.Link;
import io.wharf.linux.LinuxException;
import io.wharf.linux.Netlink;

/** The link of the host that a network is at. Blocking. */
public final class ParentLink {
    private static final int HIGHEST_VLAN = 4094;

    private final Netlink netlink;

    public ParentLink(Netlink netlink) {
        this.netlink = netlink;
    }

    public boolean exists(ParentOptions options) {
        return netlink.link(options.parent()).isPresent();
    }

    /** Makes a parent that is not there: a dummy where none was named, else the VLAN that its name means. */
    public void make(ParentOptions options) {
        try {
            int made = options.dummy() ? netlink.create("dummy", options.parent()) : vlan(options.parent());
            netlink.up(made);
        } catch (LinuxException e) {
            throw refused(options.dummy() ? "dummy" : "VLAN", options.parent(), e);
        }
    }

    private int vlan(String name) {
        int dot = name.indexOf('.');
        if (dot <= 0 || name.indexOf('.', dot + 1) >= 0) {
            throw WharfException.invalid("invalid subinterface vlan name " + name + ", example formatting is eth0.10");
        }
        int id = id(name.substring(dot + 1));
        Link parent = netlink.link(name.substring(0, dot))
                .orElseThrow(() -> WharfException.invalid(
                        "-o parent interface was not found on the host: " + name.substring(0, dot)));
        return netlink.createVlan(name, parent.index(), id);
    }

    private static int id(String text) {
        int id;
        try {
            id = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw WharfException.invalid(
                    "unable to parse a valid vlan id from: " + text + " (ex. eth0.10 for vlan 10)");
        }
        if (id < 1 || id > HIGHEST_VLAN) {
            throw WharfException.invalid("vlan id must be between 1-4094, received: " + id);
        }
        return id;
    }

    /** What a refusal of the kernel means. */
    public static WharfException refused(String kind, String name, LinuxException refusal) {
        String why = refusal.is(Errno.EOPNOTSUPP)
                ? "this kernel has no links of this kind"
                : refusal.is(Errno.EBUSY)
                        ? "its parent is in use by links of another kind, or by one alone"
                        : refusal.reason();
        return WharfException.internal(
                "failed to create the " + kind + " link " + name + ": " + why + " (" + refusal.getMessage() + ")",
                refusal);
    }
}
