package io.wharf.volumes;

import io.wharf.base.Lanes;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.VolumeService.VolumeDetail;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The committed volumes by name, where they lie, and the lane of each. Confined to the verticle's context. */
final class Volumes {
    private static final Set<String> FILTERS = Set.of("dangling", "driver", "label", "name");

    private final Layout layout;
    private final Store store;
    private final Map<String, Volume> byName;
    private final Lanes lanes = new Lanes();

    Volumes(Layout layout, Store store, Map<String, Volume> byName) {
        this.layout = layout;
        this.store = store;
        this.byName = byName;
    }

    Store store() {
        return store;
    }

    Lanes lanes() {
        return lanes;
    }

    Volume get(String name) {
        Volume volume = byName.get(name);
        if (volume == null) {
            throw WharfException.notFound("get " + name + ": no such volume");
        }
        return volume;
    }

    @Nullable
    Volume find(String name) {
        return byName.get(name);
    }

    List<Volume> all() {
        return List.copyOf(byName.values());
    }

    void put(Volume volume) {
        byName.put(volume.name(), volume);
    }

    void drop(Volume volume) {
        byName.remove(volume.name(), volume);
    }

    Path root() {
        return layout.volumes();
    }

    Path folder(String name) {
        return root().resolve(name);
    }

    /** What containers see of a volume. */
    Path data(String name) {
        return folder(name).resolve("_data");
    }

    List<VolumeDetail> list(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        return byName.values().stream()
                .filter(volume -> wanted(volume, filters))
                .sorted(Comparator.comparing(Volume::name))
                .map(this::detail)
                .toList();
    }

    VolumeDetail detail(Volume volume) {
        return new VolumeDetail(
                Times.rfc3339Nano(volume.createdNanos()),
                "local",
                volume.labels().isEmpty() ? null : volume.labels(),
                data(volume.name()).toString(),
                volume.name(),
                volume.options().isEmpty() ? null : volume.options(),
                "local",
                null);
    }

    private static boolean wanted(Volume volume, Filters filters) {
        return filters.any("name", volume.name()::contains)
                && filters.any("driver", "local"::equals)
                && filters.any(
                        "dangling", wanted -> truth(wanted) == volume.users().isEmpty())
                && Filters.labelled(filters.get("label"), volume.labels());
    }

    private static boolean truth(String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw WharfException.invalid("invalid filter 'dangling=[" + value + "]'");
        };
    }
}
