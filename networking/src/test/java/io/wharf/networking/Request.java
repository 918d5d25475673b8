package io.wharf.networking;

import io.wharf.contracts.NetworkService.ConfigReference;
import io.wharf.contracts.NetworkService.CreateNetwork;
import io.wharf.contracts.NetworkService.Ipam;
import io.wharf.contracts.NetworkService.IpamConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A network to be made, said in few words. */
final class Request {
    private final String name;
    private @Nullable String driver;
    private boolean internal;
    private boolean configOnly;
    private @Nullable ConfigReference from;
    private @Nullable Boolean ipv4;
    private @Nullable Boolean ipv6;
    private @Nullable String scope;
    private final List<IpamConfig> subnets = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();

    private Request(String name) {
        this.name = name;
    }

    static Request named(String name) {
        return new Request(name);
    }

    Request driver(String word) {
        driver = word;
        return this;
    }

    Request internal() {
        internal = true;
        return this;
    }

    Request configOnly() {
        configOnly = true;
        return this;
    }

    Request from(String network) {
        from = new ConfigReference(network);
        return this;
    }

    Request ipv4(boolean enabled) {
        ipv4 = enabled;
        return this;
    }

    Request ipv6() {
        ipv6 = true;
        return this;
    }

    Request scope(String word) {
        scope = word;
        return this;
    }

    Request subnet(
            String subnet, @Nullable String range, @Nullable String gateway, @Nullable Map<String, String> auxiliary) {
        subnets.add(new IpamConfig(subnet, range, gateway, auxiliary));
        return this;
    }

    Request option(String name, String value) {
        options.put(name, value);
        return this;
    }

    Request label(String name, String value) {
        labels.put(name, value);
        return this;
    }

    CreateNetwork build() {
        Ipam ipam = subnets.isEmpty() ? null : new Ipam("default", null, subnets);
        return new CreateNetwork(
                name, driver, internal, false, false, configOnly, from, ipam, ipv4, ipv6, options, labels, scope);
    }
}
