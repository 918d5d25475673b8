package io.wharf.volumes;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.wharf.base.Ids;
import io.wharf.base.Json;
import io.wharf.base.Layout;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.TakeOverReport;
import io.wharf.linux.CopyTree;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import io.wharf.volumes.local.LocalDriver;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * Copies the volumes of a stopped Docker into a data root whose engine does not run: contents, labels and the time of their
 * making. Always copies, for a volume is written to. Blocks; for a program of its own.
 */
public final class TakeDockerVolumes {
    private static final String DATA = "_data";
    private static final String TAKEN = "docker-volume-";
    /** In a volume's folder until its row is committed: what was interrupted in between is taken again. */
    private static final String MARK = ".taken-over";

    private final Path volumes;
    private final Layout layout;
    private final Store store;
    private final TakeOverReport report;

    /** What Docker's own database says of a volume. */
    private record Described(String driver, Map<String, String> labels, Map<String, String> options) {}

    public TakeDockerVolumes(Path docker, Layout layout, Store store, TakeOverReport report) {
        this.volumes = docker.resolve("volumes");
        this.layout = layout;
        this.store = store;
        this.report = report;
    }

    public void run() throws IOException {
        if (!Files.isDirectory(volumes)) {
            return;
        }
        Files.createDirectories(layout.volumes());
        Files.createDirectories(layout.ingest());
        try (DirectoryStream<Path> left = Files.newDirectoryStream(layout.ingest(), TAKEN + "*")) {
            left.forEach(RemoveTree::at);
        }
        Map<String, Described> described = described();
        Map<String, Volume> here = await(VolumeTable.load(store));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(volumes)) {
            for (Path one : all) {
                if (Files.isDirectory(one.resolve(DATA))) {
                    one(one, described, here);
                }
            }
        }
        described.forEach((name, volume) -> {
            if (!volume.driver().equals("local")) {
                report.left("volume " + name, "it belongs to the volume driver " + volume.driver());
            }
        });
    }

    private Map<String, Described> described() {
        Path file = volumes.resolve("metadata.db");
        Map<String, Described> described = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return described;
        }
        try {
            BoltFile.bucket(file, "volumes").forEach((name, bytes) -> {
                JsonNode json = Json.parse(bytes, JsonNode.class);
                described.put(
                        name,
                        new Described(
                                json.path("Driver").asText("local"),
                                texts(json.path("Labels")),
                                texts(json.path("Options"))));
            });
        } catch (IOException | WharfException e) {
            report.left("labels and options of volumes", String.valueOf(e.getMessage()));
        }
        return described;
    }

    private static Map<String, String> texts(JsonNode node) {
        Map<String, String> texts = new LinkedHashMap<>();
        node.properties().forEach(one -> texts.put(one.getKey(), one.getValue().asText()));
        return texts;
    }

    private void one(Path from, Map<String, Described> described, Map<String, Volume> here) {
        String name = from.getFileName().toString();
        String shown = "volume " + name;
        Described known = described.getOrDefault(name, new Described("local", Map.of(), Map.of()));
        Path target = layout.volumes().resolve(name);
        try {
            if (here.containsKey(name)) {
                report.had(shown);
                return;
            }
            if (!LocalDriver.isName(name)) {
                report.left(shown, "it is no name of a volume");
                return;
            }
            boolean elsewhere = !known.options().isEmpty() && LocalDriver.isElsewhere(known.options());
            if (!elsewhere && (!known.options().isEmpty() || Files.exists(from.resolve("opts.json")))) {
                report.left(
                        shown,
                        "it has a limit ("
                                + String.join(", ", known.options().keySet())
                                + ") that its copy would not have: create one with a limit and copy its content");
                return;
            }
            if (Files.exists(target.resolve(MARK))) {
                RemoveTree.at(target);
            }
            if (Files.exists(target)) {
                report.left(shown, "a folder of its name is there: " + target);
                return;
            }
            take(from, target, elsewhere);
            commit(name, from, known);
            Files.deleteIfExists(target.resolve(MARK));
            report.took(shown);
        } catch (IOException | RuntimeException e) {
            report.left(shown, String.valueOf(e.getMessage()));
        }
    }

    /** @param elsewhere only its place is made: its content is not here */
    private void take(Path from, Path target, boolean elsewhere) throws IOException {
        Path made = layout.ingest().resolve(TAKEN + Ids.random());
        try {
            Files.createDirectory(made);
            if (elsewhere) {
                Files.createDirectory(made.resolve(DATA));
            } else {
                CopyTree.copy(from.resolve(DATA).toString(), made.resolve(DATA).toString(), false);
            }
            Files.createFile(made.resolve(MARK));
            try (Fd fd = Entries.open(made.toString(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0)) {
                Storage.syncFileSystem(fd);
            }
            Files.move(made, target);
        } catch (IOException | RuntimeException e) {
            RemoveTree.at(made);
            throw e;
        }
    }

    private void commit(String name, Path from, Described known) throws IOException {
        long created = Files.getLastModifiedTime(from).to(java.util.concurrent.TimeUnit.NANOSECONDS);
        // It has content of its own, so nothing of an image is to be copied into it.
        Volume volume = new Volume(name, Drivers.LOCAL, created, known.labels(), known.options(), true);
        await(store.write(tx -> {
            VolumeTable.insert(tx, volume);
            return tx.announce("volume", "create", name, Map.of("driver", "local"));
        }));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw WharfException.of(e.getCause() == null ? e : e.getCause());
        }
    }
}
