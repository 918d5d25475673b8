package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.HostConfig.DeviceRequest;
import java.io.IOException;
import java.util.List;

/** Devices that a driver chooses. The one driver here is CDI; all others are refused as by an engine without them. */
final class DeviceRequests {
    private static final String CDI = "cdi";

    private final List<String> folders;

    /**
     * Requests.
     *
     * @param folders of CDI specifications, the later over the earlier; empty where CDI is switched off
     */
    DeviceRequests(List<String> folders) {
        this.folders = folders;
    }

    /** The finished spec with what the devices add to it; reads the specifications anew. */
    byte[] apply(HostConfig host, byte[] config) {
        ObjectNode spec = tree(config);
        for (DeviceRequest request : host.deviceRequests()) {
            if (!request.driver().equals(CDI) || folders.isEmpty()) {
                throw WharfException.internal("could not select device driver \"" + request.driver()
                        + "\" with capabilities: " + capabilities(request));
            }
            if (request.count() != 0) {
                throw WharfException.invalid("unexpected count in CDI device request");
            }
            if (!request.options().isEmpty()) {
                throw WharfException.invalid("unexpected options in CDI device request");
            }
            CdiRegistry.read(folders)
                    .resolve(request.deviceIds())
                    .forEach(edits -> new CdiEdits(spec, host.privileged()).apply(edits));
        }
        return Json.writeBytes(spec);
    }

    private static ObjectNode tree(byte[] config) {
        try {
            return (ObjectNode) Json.MAPPER.readTree(config);
        } catch (IOException e) {
            throw WharfException.internal("cannot read the spec again: " + e.getMessage(), e);
        }
    }

    /** Lists of lists as Go prints them. */
    private static String capabilities(DeviceRequest request) {
        return request.capabilities().toString().replace(",", "");
    }
}
