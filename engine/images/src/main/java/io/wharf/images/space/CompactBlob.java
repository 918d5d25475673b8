package io.wharf.images.space;

import io.wharf.base.Ids;
import io.wharf.base.Layout;
import io.wharf.base.WharfException;
import io.wharf.images.layers.LayerTar;
import io.wharf.images.layers.RecordTar;
import io.wharf.images.layers.TarSplitReader;
import io.wharf.images.layers.TarSplitWriter;
import io.wharf.images.layers.Yielding;
import io.wharf.linux.Entries;
import io.wharf.linux.Fd;
import io.wharf.linux.OpenFlags;
import io.wharf.linux.RemoveTree;
import io.wharf.linux.Storage;
import io.wharf.tar.BlobRecipe;
import io.wharf.tar.FindRecipe;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Looks whether one blob can be made again from its unpacked layer: the record of the tar is written where there is none, the
 * tar put together from it and packed, and all of it compared with the blob.
 *
 * <p>What it leaves behind when it succeeds is durable: the record stands in the folder of every layer of this content, so
 * that the blob may go.
 */
final class CompactBlob {
    private final Layout layout;
    private final Path blob;
    private final List<Path> folders;
    private final Yielding yielding;

    /** {@code folders} are those of the layers of the blob's content. */
    CompactBlob(Layout layout, Path blob, List<Path> folders, Yielding yielding) {
        this.layout = layout;
        this.blob = blob;
        this.folders = folders;
        this.yielding = yielding;
    }

    /**
     * What was found out: a recipe, or empty where nothing makes this blob again.
     *
     * @param recorded whether every layer has the record of its tar now, so that its plain tar needs no blob
     */
    record Verdict(Optional<BlobRecipe> recipe, boolean recorded) {}

    /** Blocks; {@code record} asks for the record also where no recipe is found. */
    Verdict run(boolean record) throws IOException {
        Path work = Files.createDirectory(layout.ingest().resolve("record-" + Ids.random()));
        try {
            List<Path> recorded =
                    folders.stream().filter(TarSplitReader::isRecorded).toList();
            Path source = recorded.stream()
                    .filter(folder -> !TarSplitReader.hasReplaced(folder))
                    .findFirst()
                    .orElse(recorded.isEmpty() ? null : recorded.getFirst());
            if (source != null && TarSplitReader.hasReplaced(source) && recorded.size() < folders.size()) {
                // What was replaced lies beside this record alone: in the other folders it would give another tar.
                return new Verdict(Optional.empty(), false);
            }
            Path written = source == null ? work : source;
            Path unpacked = source == null ? folders.getFirst() : source;
            if (source == null) {
                RecordTar.run(blob, work, yielding);
            }
            TarSplitReader reader = new TarSplitReader(unpacked, written, null);
            Optional<BlobRecipe> found = Optional.empty();
            try {
                found = FindRecipe.of(blob, out -> reader.writeTo(yielding.writing(out)));
            } catch (WharfException changed) {
                // The unpacked files do not give the tar: the blob is what there is.
                return new Verdict(Optional.empty(), false);
            }
            boolean whole = found.isPresent() || (record && isSame(reader));
            if (whole) {
                for (Path folder : folders) {
                    place(written, folder);
                }
            }
            return new Verdict(found, whole);
        } finally {
            RemoveTree.at(work);
        }
    }

    /** Whether the record gives the very tar that is in the blob. */
    private boolean isSame(TarSplitReader reader) {
        try {
            return LayerTar.digestOf(blob).equals(LayerTar.digestOf(out -> reader.writeTo(yielding.writing(out))));
        } catch (IOException | WharfException e) {
            return false;
        }
    }

    /** Links the record into a layer's folder; its last name comes last, for that is what counts. */
    private static void place(Path from, Path folder) throws IOException {
        if (TarSplitReader.isRecorded(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            return;
        }
        Path record = from.resolve(TarSplitWriter.NAME);
        try (Fd file = Entries.open(record.toString(), OpenFlags.O_RDONLY, 0)) {
            Storage.sync(file);
        }
        Path target = folder.resolve(TarSplitWriter.NAME);
        try {
            Files.createLink(target, record);
        } catch (FileAlreadyExistsException e) {
            return;
        } catch (IOException | UnsupportedOperationException e) {
            Path beside = folder.resolve(TarSplitWriter.NAME + ".new");
            Files.copy(record, beside, StandardCopyOption.REPLACE_EXISTING);
            try (Fd file = Entries.open(beside.toString(), OpenFlags.O_RDONLY, 0)) {
                Storage.sync(file);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        }
        Storage.syncDirectory(folder.toString());
    }
}
