package io.wharf.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerConfig.Healthcheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills in what a request leaves open by the config of its image, as Docker does. */
public final class MergeImage {
    private static final String CMD = "Cmd";
    private static final String ENTRYPOINT = "Entrypoint";

    private MergeImage() {}

    /** The request over the image; a program asked for without arguments is not given those of the image. */
    public static ContainerConfig merge(ContainerConfig request, @Nullable ContainerConfig image) {
        ObjectNode merged = Json.MAPPER.valueToTree(request);
        if (image != null) {
            text(merged, "User", request.user(), image.user());
            text(merged, "WorkingDir", request.workingDir(), image.workingDir());
            merged.set("ExposedPorts", Json.MAPPER.valueToTree(union(image.exposedPorts(), request.exposedPorts())));
            merged.set("Volumes", Json.MAPPER.valueToTree(union(image.volumes(), request.volumes())));
            merged.set("Labels", Json.MAPPER.valueToTree(union(image.labels(), request.labels())));
            merged.set("Env", Json.MAPPER.valueToTree(environment(request.env(), image.env())));
            if (isEmpty(request.entrypoint())) {
                if (isEmpty(request.cmd())) {
                    merged.set(CMD, Json.MAPPER.valueToTree(image.cmd()));
                }
                if (request.entrypoint() == null) {
                    merged.set(ENTRYPOINT, Json.MAPPER.valueToTree(image.entrypoint()));
                }
            }
            ifAbsent(merged, "StopSignal", image.stopSignal());
            ifAbsent(merged, "StopTimeout", image.stopTimeout());
            if (request.shell().isEmpty()) {
                merged.set("Shell", Json.MAPPER.valueToTree(image.shell()));
            }
            healthcheck(merged, request.healthcheck(), image.healthcheck());
        }
        List<String> entrypoint = Json.MAPPER.convertValue(
                merged.get(ENTRYPOINT), Json.MAPPER.getTypeFactory().constructCollectionType(List.class, String.class));
        // A single empty word is how clients take away the image's entrypoint.
        if (entrypoint != null && entrypoint.equals(List.of(""))) {
            merged.putNull(ENTRYPOINT);
        }
        return Json.MAPPER.convertValue(merged, ContainerConfig.class);
    }

    /** The request's variables, then those of the image whose names it does not use. */
    static List<String> environment(List<String> request, List<String> image) {
        List<String> all = new ArrayList<>(request);
        for (String entry : image) {
            String name = Environment.name(entry);
            if (request.stream().noneMatch(own -> Environment.name(own).equals(name))) {
                all.add(entry);
            }
        }
        return all;
    }

    private static void healthcheck(ObjectNode merged, @Nullable Healthcheck request, @Nullable Healthcheck image) {
        if (image == null) {
            return;
        }
        if (request == null) {
            merged.set("Healthcheck", Json.MAPPER.valueToTree(image));
            return;
        }
        merged.set(
                "Healthcheck",
                Json.MAPPER.valueToTree(new Healthcheck(
                        request.test().isEmpty() ? image.test() : request.test(),
                        or(request.interval(), image.interval()),
                        or(request.timeout(), image.timeout()),
                        or(request.startPeriod(), image.startPeriod()),
                        or(request.startInterval(), image.startInterval()),
                        (int) or(request.retries(), image.retries()))));
    }

    private static long or(long wanted, long otherwise) {
        return wanted == 0 ? otherwise : wanted;
    }

    private static <V> Map<String, V> union(Map<String, V> image, Map<String, V> request) {
        Map<String, V> all = new LinkedHashMap<>(image);
        all.putAll(request);
        return all;
    }

    private static void text(ObjectNode merged, String field, String request, String image) {
        if (request.isEmpty()) {
            merged.put(field, image);
        }
    }

    private static void ifAbsent(ObjectNode merged, String field, @Nullable Object value) {
        if (value != null
                && (!merged.hasNonNull(field) || merged.get(field).asText().isEmpty())) {
            merged.set(field, Json.MAPPER.valueToTree(value));
        }
    }

    private static boolean isEmpty(@Nullable List<String> list) {
        return list == null || list.isEmpty();
    }
}
