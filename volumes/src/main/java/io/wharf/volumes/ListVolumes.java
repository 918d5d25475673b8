package io.wharf.volumes;

import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.Filters;
import io.wharf.contracts.VolumeService.VolumeDetail;
import io.wharf.contracts.VolumeService.VolumeList;
import io.wharf.volumes.drivers.VolumeDriver;
import io.wharf.volumes.drivers.VolumeDriver.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Lists the rows, and what plugins know beside them; one that does not answer costs its volumes their news only. */
final class ListVolumes {
    private static final Set<String> FILTERS = Set.of("dangling", "driver", "label", "name");

    private final Volumes volumes;
    private final Filters filters;
    private final @Nullable Boolean dangling;

    ListVolumes(Volumes volumes, Filters filters) {
        for (String key : filters.values().keySet()) {
            if (!FILTERS.contains(key)) {
                throw WharfException.invalid("invalid filter '" + key + "'");
            }
        }
        this.volumes = volumes;
        this.filters = filters;
        this.dangling = dangling(filters.get("dangling"));
    }

    /** What one plugin said, or why it said nothing. */
    private record Told(
            VolumeDriver driver,
            List<Known> volumes,
            @Nullable Throwable failure) {}

    Future<VolumeList> run() {
        return volumes.drivers()
                .plugins()
                .all()
                .compose(drivers ->
                        Future.join(drivers.stream().map(ListVolumes::ask).toList()))
                .map(told -> joined(told.list()));
    }

    private static Future<Told> ask(VolumeDriver driver) {
        return driver.list()
                .transform((known, failure) ->
                        Future.succeededFuture(new Told(driver, known == null ? List.of() : known, failure)));
    }

    private VolumeList joined(List<Told> all) {
        TreeMap<String, Volume> byName = new TreeMap<>();
        TreeSet<String> silent = new TreeSet<>();
        for (Volume volume : volumes.all()) {
            byName.put(volume.name(), volume);
            if (!volume.driver().equals(Drivers.LOCAL)) {
                silent.add(volume.driver());
            }
        }
        List<String> warnings = new ArrayList<>();
        for (Told told : all) {
            silent.remove(told.driver().name());
            if (told.failure() != null) {
                warnings.add(
                        "list " + told.driver().name() + ": " + told.failure().getMessage());
            }
            told.volumes().forEach(known -> add(byName, told.driver(), known));
        }
        silent.forEach(
                driver -> warnings.add("list " + driver + ": the volume plugin is not there or does not answer"));
        List<VolumeDetail> details = byName.values().stream()
                .filter(this::wanted)
                .map(volumes::detail)
                .toList();
        return new VolumeList(details, warnings.isEmpty() ? null : List.copyOf(warnings));
    }

    private static void add(Map<String, Volume> byName, VolumeDriver driver, Known known) {
        Volume row = byName.get(known.name());
        if (row == null) {
            byName.put(known.name(), FindVolume.of(driver, known));
        } else if (row.driver().equals(driver.name())) {
            row.at(driver.scope(), known.mountpoint());
        }
    }

    boolean wanted(Volume volume) {
        return filters.any("name", wanted -> Filters.finds(wanted, volume.name()))
                && filters.any("driver", volume.driver()::equals)
                && (dangling == null || dangling == volume.users().isEmpty())
                && Filters.labelled(filters.get("label"), volume.labels());
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
