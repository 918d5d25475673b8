package io.wharf.networking;

import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.IpamConfig;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.address.Subnet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks subnets, ranges and addresses that a client asks for, and tells of all that is wrong at once, as Docker does. */
final class CheckIpam {
    private final boolean ipv6;
    private final List<String> wrong = new ArrayList<>();

    private CheckIpam(boolean ipv6) {
        this.ipv6 = ipv6;
    }

    /**
     * Refuses what contradicts itself.
     *
     * @param ipv6 whether subnets of IPv6 count
     */
    static void check(List<IpamConfig> configs, boolean ipv6) {
        CheckIpam check = new CheckIpam(ipv6);
        configs.forEach(check::config);
        if (check.wrong.size() == 1) {
            throw WharfException.invalid("invalid network config:\n" + check.wrong.getFirst());
        }
        if (!check.wrong.isEmpty()) {
            throw WharfException.invalid("invalid network config:\n* " + String.join("\n* ", check.wrong));
        }
    }

    private void config(IpamConfig config) {
        String text = given(config.subnet());
        Optional<Subnet> read = text.isEmpty() ? Optional.empty() : subnet("subnet", text);
        if (read.isEmpty()) {
            if (text.isEmpty()
                    && (!given(config.gateway()).isEmpty()
                            || !given(config.ipRange()).isEmpty())) {
                wrong.add("every ip-range or gateway must have a corresponding subnet");
            }
            return;
        }
        Subnet subnet = read.get();
        if (subnet.family() == Family.V6 && !ipv6) {
            return;
        }
        if (subnet.family() == Family.V6) {
            kindOfIpv6(subnet);
        }
        if (!isUnspecified(subnet)) {
            range(given(config.ipRange()), subnet);
            address("gateway " + config.gateway(), given(config.gateway()), subnet);
            Map<String, String> auxiliary = Objects.requireNonNullElse(config.auxiliaryAddresses(), Map.of());
            auxiliary.forEach((name, address) -> address("auxiliary address " + name, address, subnet));
        } else if (!given(config.ipRange()).isEmpty()) {
            wrong.add("invalid ip-range " + config.ipRange() + ": no subnet was named that it could be part of");
        }
    }

    /** Whether only the size of a subnet was said: {@code 0.0.0.0/24} or {@code ::/64}. */
    static boolean isUnspecified(Subnet subnet) {
        return subnet.base().isAnyLocalAddress();
    }

    private Optional<Subnet> subnet(String what, String text) {
        Subnet subnet;
        try {
            subnet = Subnet.parse(text);
        } catch (WharfException e) {
            wrong.add("invalid " + what + " " + text + ": invalid CIDR block notation");
            return Optional.empty();
        }
        if (!Ip.ofCidr(text).equals(subnet.base())) {
            wrong.add("invalid " + what + " " + text + ": it should be " + subnet);
        }
        return Optional.of(subnet);
    }

    private void range(String text, Subnet subnet) {
        if (text.isEmpty()) {
            return;
        }
        subnet("ip-range", text).ifPresent(range -> {
            if (range.family() != subnet.family()) {
                wrong.add("invalid ip-range " + text + ": parent subnet is an " + subnet.family() + " block");
                return;
            }
            if (range.prefix() < subnet.prefix()) {
                wrong.add("invalid ip-range " + text + ": CIDR block is bigger than its parent subnet " + subnet);
            }
            if (!subnet.overlaps(range)) {
                wrong.add("invalid ip-range " + text + ": parent subnet " + subnet + " doesn't contain ip-range");
            }
        });
    }

    private void address(String what, String text, Subnet subnet) {
        if (text.isEmpty()) {
            return;
        }
        Optional<InetAddress> address = Ip.read(text);
        if (address.isEmpty()) {
            wrong.add("invalid " + what + ": invalid address");
        } else if (Family.of(address.get()) != subnet.family()) {
            wrong.add("invalid " + what + ": parent subnet is an " + subnet.family() + " block");
        } else if (!subnet.contains(address.get())) {
            wrong.add("invalid " + what + ": parent subnet " + subnet + " doesn't contain this address");
        }
    }

    /** Link-local addresses are given by the kernel, from one subnet that cannot be cut. */
    private void kindOfIpv6(Subnet subnet) {
        Subnet linkLocal = Subnet.parse("fe80::/64");
        if (subnet.base().isMulticastAddress()) {
            wrong.add("multicast subnet '" + subnet + "' is not allowed");
        } else if (!isUnspecified(subnet) && !subnet.equals(linkLocal) && subnet.overlaps(linkLocal)) {
            wrong.add("'" + subnet + "' clashes with the Link-Local prefix 'fe80::/64'");
        }
    }

    private static String given(@Nullable String text) {
        return text == null ? "" : text;
    }
}
