package io.wharf.volumes.plugins;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.ErrorKind;
import io.wharf.base.KernelLedger;
import io.wharf.base.KernelObject;
import io.wharf.base.WharfException;
import io.wharf.linux.Pools;
import io.wharf.plugins.Plugin;
import io.wharf.plugins.Plugins;
import io.wharf.volumes.drivers.VolumeDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The volume drivers that are plugins. Confined to the context that made it. */
public final class PluginDrivers {
    private static final Logger LOG = LoggerFactory.getLogger(PluginDrivers.class);
    private static final String VOLUMES = "VolumeDriver";

    private final Plugins plugins;
    private final KernelLedger ledger;
    /** A plugin's object lives as long as its activation does. */
    private final Map<Plugin, Future<String>> scopes = new WeakHashMap<>();

    public PluginDrivers(Vertx vertx, Pools pools, List<String> folders, KernelLedger ledger) {
        this.plugins = new Plugins(vertx, pools, folders);
        this.ledger = ledger;
    }

    /** One by its name; refuses in Docker's words: NOT_FOUND where there is none of it, INTERNAL where it does not answer. */
    public Future<VolumeDriver> named(String name) {
        return plugins.get(name, VOLUMES).compose(this::driver).recover(failure -> {
            WharfException known = WharfException.of(failure);
            return Future.failedFuture(new WharfException(
                    known.kind() == ErrorKind.NOT_FOUND ? ErrorKind.NOT_FOUND : ErrorKind.INTERNAL,
                    "error looking up volume plugin " + name + ": " + known.getMessage(),
                    failure));
        });
    }

    /** Those that are there and answer, by name. */
    public Future<List<VolumeDriver>> all() {
        return plugins.all(VOLUMES)
                .compose(all -> Future.join(all.stream().map(this::driver).toList())
                        .map(made -> new ArrayList<VolumeDriver>(made.list())));
    }

    private Future<VolumeDriver> driver(Plugin plugin) {
        return scopes.computeIfAbsent(plugin, PluginDriver::scope)
                .map(scope -> new PluginDriver(plugin, scope, ledger));
    }

    /**
     * After a start of the engine: tells the plugins of mounts that are over. Nobody waits for it.
     *
     * @param mounted whether a volume is still mounted under an id
     */
    public Future<Void> keepMounts(BiPredicate<String, String> mounted) {
        return ledger.ofKind(PluginDriver.KIND)
                .compose(records -> Future.join(records.stream()
                        .filter(record -> !mounted.test(record.owner(), id(record)))
                        .map(this::over)
                        .toList()))
                .mapEmpty();
    }

    private Future<Void> over(KernelObject record) {
        String name = record.detail().substring(0, record.detail().indexOf(' '));
        return named(name)
                .compose(driver -> driver.unmount(record.owner(), Map.of(), id(record), false))
                .recover(failure -> {
                    LOG.warn(
                            "volume {}: its plugin could not be told that a mount is over: {}",
                            record.owner(),
                            failure.getMessage());
                    return Future.succeededFuture();
                });
    }

    private static String id(KernelObject record) {
        return record.detail().substring(record.detail().indexOf(' ') + 1);
    }

    public void close() {
        plugins.close();
    }
}
