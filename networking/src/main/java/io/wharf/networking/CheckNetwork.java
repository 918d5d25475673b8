package io.wharf.networking;

import io.wharf.base.ErrorKind;
import io.wharf.base.Ids;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkService.CreateNetwork;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.networking.address.Family;
import io.wharf.networking.address.Ip;
import io.wharf.networking.firewall.GatewayMode;
import io.wharf.networking.vlan.ParentOptions;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a request into the network that it means, and refuses what contradicts itself or cannot be, in Docker's words. */
final class CheckNetwork {
    private static final Set<String> OF_SWARMS = Set.of("overlay", "ingress");
    private static final String ENABLE_IPV4 = "com.docker.network.enable_ipv4";
    private static final String ENABLE_IPV6 = "com.docker.network.enable_ipv6";
    private static final String SWARM = "swarm";
    private static final String USUAL_IPAM = "default";
    /** What the kernel's longest name leaves when three digits follow. */
    private static final int LONGEST_PREFIX = 12;

    private final Networks networks;
    private final Map<String, Map<String, String>> usualOptions;

    /** {@code usualOptions} are those that networks of a driver get beside their own. */
    CheckNetwork(Networks networks, Map<String, Map<String, String>> usualOptions) {
        this.networks = networks;
        this.usualOptions = usualOptions;
    }

    /** The network as asked for, without subnets that nobody named. */
    Network check(CreateNetwork request) {
        String name = Objects.requireNonNullElse(request.name(), "");
        if (Network.isPredefined(name) || name.equals("default")) {
            throw forbidden("operation is not permitted on predefined " + name + " network ");
        }
        String word = given(request.driver()) ? Objects.requireNonNull(request.driver()) : Network.BRIDGE;
        if (OF_SWARMS.contains(word)) {
            throw forbidden("This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
                    + " connect this node to swarm and try again.");
        }
        Network asked = read(request, name, word);
        if (asked.configOnly()) {
            checkConfigOnly(request);
        }
        if (given(asked.configFrom())) {
            checkConfigFrom(request, asked);
        }
        if (name.isBlank()) {
            throw WharfException.invalid("invalid name: name is empty");
        }
        if (networks.isNamed(name)) {
            throw WharfException.conflict("network with name " + name + " already exists");
        }
        if (asked.configOnly()) {
            return asked;
        }
        checkDriver(asked, request);
        Network whole = given(asked.configFrom()) ? asked.from(config(asked.configFrom())) : asked;
        checkAddresses(whole);
        return whole;
    }

    private Network read(CreateNetwork request, String name, String driver) {
        Map<String, String> options = new LinkedHashMap<>(request.options());
        if (request.configFrom() == null) {
            usualOptions.getOrDefault(driver, Map.of()).forEach(options::putIfAbsent);
        }
        boolean ipv4 = switched(request.enableIpv4(), ENABLE_IPV4, options, true);
        boolean ipv6 = switched(request.enableIpv6(), ENABLE_IPV6, options, false);
        Ipam ipam = request.ipam() == null ? Network.noIpam() : request.ipam();
        CheckIpam.check(ipam.config(), ipv6);
        return new Network(
                Ids.random(),
                name,
                Times.nowNanos(),
                request.configOnly() ? Driver.NONE : Driver.of(driver),
                request.internal(),
                request.attachable(),
                request.configOnly(),
                request.configFrom() == null
                        ? ""
                        : Objects.requireNonNullElse(request.configFrom().network(), ""),
                given(request.scope()) ? Objects.requireNonNull(request.scope()) : Network.LOCAL,
                ipv4,
                ipv6,
                new Ipam(ipam.driver().isEmpty() ? USUAL_IPAM : ipam.driver(), ipam.options(), ipam.config()),
                options,
                request.labels());
    }

    /** What is said outright counts more than the option, which is then shown to nobody. */
    private static boolean switched(
            @Nullable Boolean said, String option, Map<String, String> options, boolean otherwise) {
        if (said != null) {
            options.remove(option);
            return said;
        }
        String text = options.get(option);
        if (text == null) {
            return otherwise;
        }
        try {
            return BridgeOptions.truth(text);
        } catch (WharfException e) {
            throw new WharfException(
                    ErrorKind.INVALID_ARGUMENT, "driver-opt \"" + option + "\" is not a valid bool", e);
        }
    }

    private static void checkConfigOnly(CreateNetwork request) {
        if (request.ingress() || request.internal() || request.attachable() || given(request.scope())) {
            throw forbidden("configuration network can only contain network specific fields. Network operator fields"
                    + " like [ ingress | internal | attachable | scope ] are not supported.");
        }
    }

    private static void checkConfigFrom(CreateNetwork request, Network asked) {
        if (asked.configOnly()) {
            throw forbidden("a configuration network cannot depend on another configuration network");
        }
        Ipam ipam = asked.ipam();
        boolean otherIpam = !ipam.driver().equals(USUAL_IPAM)
                || (ipam.options() != null && !ipam.options().isEmpty())
                || !ipam.config().isEmpty();
        if (otherIpam
                || !asked.enableIpv4()
                || asked.enableIpv6()
                || !asked.labels().isEmpty()) {
            throw forbidden("user-specified configurations are not supported if the network depends on a"
                    + " configuration network");
        }
        if (!request.options().isEmpty()) {
            throw forbidden(
                    "network driver options are not supported if the network depends on a configuration" + " network");
        }
    }

    private Network config(String name) {
        return networks.named(name)
                .filter(Network::configOnly)
                .orElseThrow(() -> WharfException.notFound("configuration network \"" + name + "\" does not exist"));
    }

    private static void checkDriver(Network asked, CreateNetwork request) {
        switch (asked.driver().kind()) {
            case BRIDGE, MACVLAN, IPVLAN, REMOTE -> {
                if (request.ingress()) {
                    throw forbidden("Ingress network can only be global scope network");
                }
                if (asked.scope().equals(SWARM)) {
                    throw forbidden("cannot create a swarm scoped network when swarm is not active");
                }
                if (!asked.scope().equals(Network.LOCAL) && !asked.scope().equals("global")) {
                    throw WharfException.invalid("invalid scope: " + asked.scope());
                }
            }
            case HOST, NONE -> throw forbidden("only one instance of \"" + asked.driver() + "\" network is allowed");
        }
    }

    /** What follows from driver and options; the configuration that it may come from is in already. */
    private void checkAddresses(Network network) {
        if (!network.enableIpv4() && !network.enableIpv6()) {
            throw WharfException.invalid("IPv4 or IPv6 must be enabled");
        }
        String ipam = network.ipam().driver();
        if (!ipam.equals(USUAL_IPAM) && !ipam.equals(Network.NO_IPAM)) {
            throw WharfException.notFound("plugin \"" + ipam + "\" not found");
        }
        if (ipam.equals(Network.NO_IPAM)) {
            throw WharfException.invalid((network.enableIpv4() ? "ipv4" : "ipv6") + " pool is empty");
        }
        if (network.driver().kind() == Driver.Kind.BRIDGE) {
            checkBridge(network, network.bridgeOptions());
        } else if (network.hasParent()) {
            checkParent(network, network.parentOptions());
        }
    }

    private static void checkBridge(Network network, BridgeOptions options) {
        for (Family family : Family.values()) {
            if (network.configs(family).size() > 1) {
                throw forbidden("bridge driver doesn't support multiple subnets");
            }
            if (options.mode(family) == GatewayMode.ISOLATED && !network.internal()) {
                throw WharfException.invalid("gateway mode 'isolated' can only be used for an internal network");
            }
        }
        BridgeLink.checkName(options.link());
        checkPrefix(options.interfacePrefix());
        options.trusted().forEach(link -> BridgeLink.checkName("trusted interface", link));
        checkFamily(BridgeOptions.HOST_IPV4, options.hostIpv4(), Family.V4);
        checkFamily(BridgeOptions.HOST_IPV6, options.hostIpv6(), Family.V6);
    }

    /** A number is to follow it. */
    private static void checkPrefix(String prefix) {
        if (prefix.isEmpty()
                || prefix.length() > LONGEST_PREFIX
                || prefix.chars().anyMatch(c -> BridgeLink.isWrong(c) || c > '~')) {
            throw WharfException.invalid("invalid interface prefix \"" + prefix + "\": 1 to " + LONGEST_PREFIX
                    + " characters that names of links may have");
        }
    }

    private static void checkFamily(String option, @Nullable InetAddress address, Family family) {
        if (address != null && Family.of(address) != family) {
            throw WharfException.invalid(
                    "failed to parse " + option + " value: " + Ip.text(address) + " (no address of " + family + ")");
        }
    }

    /** An ipvlan has its parent alone, and so has a macvlan that passes all through. */
    private void checkParent(Network network, ParentOptions options) {
        for (Network other : networks.all()) {
            if (!other.driver().equals(network.driver())
                    || !other.parentOptions().parent().equals(options.parent())) {
                continue;
            }
            if (options.passthru()) {
                throw forbidden("cannot use mode passthru, macvlan network " + other.id()
                        + " is already using parent interface " + options.parent());
            }
            if (other.parentOptions().passthru()) {
                throw forbidden("macvlan network " + other.id() + " is already using parent interface "
                        + options.parent() + " in mode passthru");
            }
            if (network.driver().kind() == Driver.Kind.IPVLAN) {
                throw forbidden("network " + other.name() + " is already using parent interface " + options.parent());
            }
        }
    }

    private static boolean given(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static WharfException forbidden(String message) {
        return new WharfException(ErrorKind.FORBIDDEN, message);
    }
}
