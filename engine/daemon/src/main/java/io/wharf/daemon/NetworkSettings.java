package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.WharfException;
import io.wharf.contracts.BridgeDefaults;
import io.wharf.contracts.DnsDefaults;
import io.wharf.contracts.FirewallOptions;
import io.wharf.contracts.NetworkDefaults;
import io.wharf.contracts.NetworkDefaults.Pool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the flags and {@code daemon.json} say of networks that are not told otherwise. */
final class NetworkSettings {
    private static final String POOLS = "default-address-pools";
    private static final String OPTIONS = "default-network-opts";

    private static final String DOMAIN =
            "(?!\\.)([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\\.)*[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\\.?";
    private static final int LONGEST_DOMAIN = 255;

    private final Settings settings;

    NetworkSettings(Settings settings) {
        this.settings = settings;
    }

    NetworkDefaults defaults() {
        return new NetworkDefaults(pools(), options(), mtu(), bridge(), dns());
    }

    private List<Pool> pools() {
        List<Pool> pools = new ArrayList<>();
        for (String text : settings.flagged(POOLS)) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String field : text.split(",")) {
                int equals = field.indexOf('=');
                fields.put(
                        field.substring(0, Math.max(0, equals)).strip(),
                        field.substring(equals + 1).strip());
            }
            pools.add(pool(text, fields.getOrDefault("base", ""), fields.getOrDefault("size", ""), fields.size()));
        }
        for (JsonNode pool : settings.objects(POOLS)) {
            pools.add(pool(
                    pool.toString(),
                    pool.path("base").asText(),
                    pool.path("size").asText(),
                    pool.size()));
        }
        return pools;
    }

    private static Pool pool(String text, String base, String size, int fields) {
        try {
            if (fields == 2 && !base.isEmpty()) {
                return new Pool(base, Integer.parseInt(size));
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw WharfException.invalid("invalid default address pool " + text
                + ": it must have a base and a size, as base=10.10.0.0/16,size=24");
    }

    /** {@code --default-network-opt bridge=com.docker.network.driver.mtu=1400}. */
    private Map<String, Map<String, String>> options() {
        Map<String, Map<String, String>> options = new LinkedHashMap<>();
        settings.object(OPTIONS)
                .properties()
                .forEach(driver -> driver.getValue()
                        .properties()
                        .forEach(option -> options.computeIfAbsent(driver.getKey(), key -> new LinkedHashMap<>())
                                .put(option.getKey(), option.getValue().asText())));
        for (String text : settings.flagged(OPTIONS)) {
            String[] parts = text.split("=", 3);
            if (parts.length < 3) {
                throw WharfException.invalid("invalid default network option " + text
                        + ": it must be driver=name=value, as bridge=com.docker.network.driver.mtu=1400");
            }
            options.computeIfAbsent(parts[0], key -> new LinkedHashMap<>()).put(parts[1], parts[2]);
        }
        return options;
    }

    private BridgeDefaults bridge() {
        boolean ipv6 = settings.truth("ipv6", false);
        if (ipv6 && !settings.truth("icc", true) && !settings.truth("ip6tables", settings.truth("iptables", true))) {
            throw WharfException.invalid("You specified --ip6tables=false with --icc=false. ICC=false uses ip6tables to"
                    + " function. Please set --icc or --ip6tables to true");
        }
        return new BridgeDefaults(
                ipv6,
                cidr("bip6"),
                cidr("fixed-cidr"),
                cidr("fixed-cidr-v6"),
                settings.textOrNull("default-gateway"),
                settings.textOrNull("default-gateway-v6"));
    }

    /** An address and a prefix, of the family that the key speaks of. */
    private @Nullable String cidr(String key) {
        String given = settings.text(key, "");
        if (given.isEmpty()) {
            return null;
        }
        int slash = given.indexOf('/');
        boolean six = key.endsWith("6");
        String address = given.substring(0, Math.max(0, slash));
        try {
            int prefix = Integer.parseInt(given.substring(slash + 1));
            if (Address.is(address) && address.contains(":") == six && prefix >= 1 && prefix <= (six ? 128 : 32)) {
                return given;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw WharfException.invalid("invalid " + key + ": invalid CIDR address: " + given);
    }

    /** Numbers of 32 bits, as Go reads them: the rules' writer takes them apart once more. */
    private String acceptMark() {
        String given = settings.text("bridge-accept-fwmark", "");
        int slash = given.indexOf('/');
        String mark = slash < 0 ? given : given.substring(0, slash);
        if (!given.isEmpty() && (!isMark(mark) || (slash >= 0 && !isMark(given.substring(slash + 1))))) {
            throw WharfException.invalid("invalid bridge-accept-fwmark: invalid firewall mark \"" + given + "\"");
        }
        return given;
    }

    private static boolean isMark(String text) {
        try {
            long number = Long.decode(text);
            return number >= 0 && number <= 0xffff_ffffL;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private DnsDefaults dns() {
        List<String> servers = settings.texts("dns");
        servers.forEach(NetworkSettings::checkAddress);
        List<String> search = settings.texts("dns-search").stream()
                .map(NetworkSettings::domain)
                .toList();
        List<String> gateways = new ArrayList<>(settings.texts("host-gateway-ips"));
        String old = settings.text("host-gateway-ip", "");
        if (!old.isEmpty()) {
            gateways.add(old);
        }
        gateways.forEach(NetworkSettings::checkAddress);
        if (gateways.size() > 2
                || (gateways.size() == 2
                        && gateways.get(0).contains(":") == gateways.get(1).contains(":"))) {
            throw WharfException.invalid("invalid host-gateway-ips: only one IPv4 and one IPv6 address may be given");
        }
        return new DnsDefaults(servers, settings.texts("dns-opts"), search, gateways);
    }

    private static void checkAddress(String text) {
        if (!Address.is(text)) {
            throw WharfException.invalid("IP address is not correctly formatted: " + text);
        }
    }

    private static String domain(String given) {
        String domain = given.strip();
        if ((!domain.equals(".") && !domain.matches(DOMAIN)) || domain.length() > LONGEST_DOMAIN) {
            throw WharfException.invalid(given + " is not a valid domain");
        }
        return domain;
    }

    private int mtu() {
        int mtu = settings.number("mtu", 0);
        if (mtu < 0) {
            throw WharfException.invalid("invalid default MTU: " + mtu);
        }
        return mtu;
    }

    FirewallOptions firewall() {
        boolean iptables = settings.truth("iptables", true);
        // Who wants no rules wants none for IPv6 either, unless he says so.
        FirewallOptions usual = FirewallOptions.usual(iptables);
        String backend = settings.text("firewall-backend", "");
        if (!List.of("", "nftables", "iptables").contains(backend)) {
            throw WharfException.invalid("invalid firewall-backend: allowed values are \"iptables\" and \"nftables\"");
        }
        boolean icc = settings.truth("icc", usual.icc());
        if (!icc && !iptables) {
            throw WharfException.invalid("You specified --iptables=false with --icc=false. ICC=false uses iptables to"
                    + " function. Please set --icc or --iptables to true");
        }
        return new FirewallOptions(
                settings.truth("ip6tables", usual.ip6tables()),
                settings.truth("ip-forward", usual.ipForward()),
                !settings.truth("ip-forward-no-drop", !usual.keepApart()),
                settings.truth("ip-masq", usual.ipMasquerade()),
                icc,
                settings.textOrNull("ip"),
                settings.truth("allow-direct-routing", false),
                acceptMark(),
                settings.truth("userland-proxy", usual.userlandProxy()));
    }
}
