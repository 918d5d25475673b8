package io.wharf.volumes;

import io.wharf.base.Lanes;
import io.wharf.base.Store;
import io.wharf.base.Times;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.linux.Pools;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The committed volumes by name, their drivers, and the lane of each. Confined to the verticle's context. */
final class Volumes {
    private static final long SECOND = 1_000_000_000L;
    private static final Set<String> FILTERS = Set.of("dangling", "driver", "label", "name");

    private final Store store;
    private final Pools pools;
    private final Drivers drivers;
    private final Map<String, Volume> byName;
    private final Lanes lanes = new Lanes();

    Volumes(Store store, Pools pools, Drivers drivers, Map<String, Volume> byName) {
        this.store = store;
        this.pools = pools;
        this.drivers = drivers;
        this.byName = byName;
    }

    Store store() {
        return store;
    }

    Pools pools() {
        return pools;
    }

    Drivers drivers() {
        return drivers;
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

    List<VolumeDetail> list(Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        Boolean dangling = dangling(filters.get("dangling"));
        return byName.values().stream()
                .filter(volume -> wanted(volume, filters, dangling))
                .sorted(Comparator.comparing(Volume::name))
                .map(this::detail)
                .toList();
    }

    VolumeDetail detail(Volume volume) {
        return new VolumeDetail(
                Times.rfc3339Nano(volume.createdNanos() / SECOND * SECOND),
                volume.driver(),
                volume.labels().isEmpty() ? null : volume.labels(),
                volume.mountpoint(),
                volume.name(),
                volume.options().isEmpty() ? null : volume.options(),
                volume.scope(),
                null);
    }

    private static boolean wanted(Volume volume, Filters filters, @Nullable Boolean dangling) {
        return filters.any("name", wanted -> matches(wanted, volume.name()))
                && filters.any("driver", volume.driver()::equals)
                && (dangling == null || dangling == volume.users().isEmpty())
                && Filters.labelled(filters.get("label"), volume.labels());
    }

    /** As Docker has it: the name itself, or a pattern that is found somewhere in it. */
    private static boolean matches(String wanted, String name) {
        try {
            return wanted.equals(name) || Pattern.compile(wanted).matcher(name).find();
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    /** Null where the filter is not given; several values must be of one mind. */
    private static @Nullable Boolean dangling(List<String> values) {
        Boolean found = null;
        for (String value : values) {
            Boolean truth = switch (value) {
                case "1", "true" -> true;
                case "0", "false" -> false;
                default -> null;
            };
            if (truth == null || (found != null && !found.equals(truth))) {
                throw WharfException.invalid("invalid filter 'dangling=[" + String.join(" ", values) + "]'");
            }
            found = truth;
        }
        return found;
    }
}
