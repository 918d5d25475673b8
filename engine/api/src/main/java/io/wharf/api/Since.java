package io.wharf.api;

import io.wharf.base.WharfException;
import io.wharf.openapi.Operation;
import java.util.Map;

/** Operations that came after the oldest version, by the minor number of the version that they came with. */
final class Since {
    private static final Map<String, Integer> MINOR = Map.ofEntries(
            Map.entry("ContainerPrune", 25),
            Map.entry("ImagePrune", 25),
            Map.entry("NetworkPrune", 25),
            Map.entry("VolumePrune", 25),
            Map.entry("SecretList", 25),
            Map.entry("SecretCreate", 25),
            Map.entry("SecretInspect", 25),
            Map.entry("SecretDelete", 25),
            Map.entry("SecretUpdate", 25),
            Map.entry("PluginUpgrade", 26),
            Map.entry("DistributionInspect", 30),
            Map.entry("ConfigList", 30),
            Map.entry("ConfigCreate", 30),
            Map.entry("ConfigInspect", 30),
            Map.entry("ConfigDelete", 30),
            Map.entry("ConfigUpdate", 30),
            Map.entry("BuildPrune", 31),
            Map.entry("VolumeUpdate", 42),
            Map.entry("ImageAttestations", 55));

    private Since() {}

    /** Refuses an operation that the version has not; the status is Docker's, for 404 means that an object is missing. */
    static void check(Operation operation, ApiVersion version) {
        int minor = MINOR.getOrDefault(operation.id(), 0);
        if (!version.atLeast(minor)) {
            throw WharfException.invalid(operation.method() + " "
                    + operation.path().replace("+}", "}") + " requires minimum API version 1." + minor);
        }
    }
}
