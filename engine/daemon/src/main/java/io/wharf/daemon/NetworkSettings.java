package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.WharfException;
import io.wharf.contracts.FirewallOptions;
import io.wharf.contracts.NetworkDefaults;
import io.wharf.contracts.NetworkDefaults.Pool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the flags and {@code daemon.json} say of networks that are not told otherwise. */
final class NetworkSettings {
    private static final String POOLS = "default-address-pools";
    private static final String OPTIONS = "default-network-opts";

    private final Settings settings;

    NetworkSettings(Settings settings) {
        this.settings = settings;
    }

    NetworkDefaults defaults() {
        return new NetworkDefaults(pools(), options(), mtu());
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
                settings.truth("userland-proxy", usual.userlandProxy()));
    }
}
