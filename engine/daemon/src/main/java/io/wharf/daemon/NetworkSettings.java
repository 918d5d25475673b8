package io.wharf.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.wharf.base.WharfException;
import io.wharf.contracts.NetworkDefaults;
import io.wharf.contracts.NetworkDefaults.Pool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the flags and {@code daemon.json} say of networks that are not told otherwise. */
final class NetworkSettings {
    private static final String POOL_FLAG = "--default-address-pool";
    private static final String POOLS = "default-address-pools";
    private static final String OPTION_FLAG = "--default-network-opt";
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
        for (String text : settings.texts(POOL_FLAG, POOL_FLAG)) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String field : text.split(",")) {
                int equals = field.indexOf('=');
                fields.put(
                        field.substring(0, Math.max(0, equals)).strip(),
                        field.substring(equals + 1).strip());
            }
            pools.add(pool(text, fields.getOrDefault("base", ""), fields.getOrDefault("size", ""), fields.size()));
        }
        for (JsonNode pool : settings.file().list(POOLS)) {
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
        for (JsonNode all : settings.file().list(OPTIONS)) {
            all.properties()
                    .forEach(driver -> driver.getValue()
                            .properties()
                            .forEach(option -> options.computeIfAbsent(driver.getKey(), key -> new LinkedHashMap<>())
                                    .put(option.getKey(), option.getValue().asText())));
        }
        for (String text : settings.texts(OPTION_FLAG, OPTION_FLAG)) {
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
        String text = settings.text("--mtu", "mtu", "0");
        try {
            int mtu = Integer.parseInt(text);
            if (mtu >= 0) {
                return mtu;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw WharfException.invalid("invalid mtu: " + text);
    }
}
