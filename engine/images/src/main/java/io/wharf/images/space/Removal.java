package io.wharf.images.space;

import io.wharf.base.Digest;
import io.wharf.base.Ids;
import io.wharf.base.Tx;
import io.wharf.base.WharfException;
import io.wharf.contracts.ImageService.Removed;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageEvents;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.spec.Reference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Works out what a removal takes away, by Docker's rules, without changing anything yet; then writes it down.
 *
 * <p>A name goes first. The image goes with its last name, unless a container or another image needs it; its nameless
 * parents go with it. Force lets an image go that has several names or a stopped container, never one that runs.
 */
final class Removal {
    private final Images images;
    private final Set<Digest> held;
    private final Predicate<String> running;
    private final LayerUses uses;
    private final Set<String> names = new LinkedHashSet<>();
    private final Set<Digest> gone = new LinkedHashSet<>();
    private final List<Removed> records = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    private String reason = "";

    private record Event(Image image, String action) {}

    /** Why an image stays; {@code hard} where force would not help. */
    private record Conflict(boolean hard, boolean used, String reason) {}

    Removal(Images images, Set<Digest> held, Predicate<String> running) {
        this.images = images;
        this.held = held;
        this.running = running;
        this.uses = new LayerUses(images, held);
    }

    /** Has the events say why. */
    Removal because(String why) {
        reason = why;
        return this;
    }

    /** Plans the removal of what a user named. */
    void plan(String text, Image image, boolean force, boolean prune) {
        Digest id = image.id();
        if (Images.isIdOf(id, text)) {
            if (isSingle(names(id))) {
                Conflict conflict = conflict(image, force, false);
                if (conflict != null) {
                    throw refusal(image, conflict);
                }
                names(id).forEach(name -> untag(image, name));
            }
            delete(image, force, prune, false);
            return;
        }
        if (!force && isSingle(names(id)) && !images.usersOf(id).isEmpty()) {
            throw WharfException.conflict("conflict: unable to remove repository reference \"" + text
                    + "\" (must force) - container "
                    + Ids.shortOf(images.usersOf(id).getFirst())
                    + " is using its referenced image " + Ids.shortOf(id.hex()));
        }
        Reference name = Reference.parse(text).tagged();
        untag(image, name.full());
        if (name.digest() == null && names(id).stream().noneMatch(other -> isTagOf(name, other))) {
            // With the repository's last tag its digests go too.
            names(id).stream()
                    .filter(other -> Reference.parse(other).name().equals(name.name()))
                    .forEach(this::unname);
        }
        if (names(id).isEmpty()) {
            // The name was what the user wanted gone; an image that is needed stays without one.
            delete(image, force, prune, true);
        }
    }

    /** Plans the removal of an image that nobody asked for by name; one that is needed, or worked with, stays. */
    void planQuietly(Image image) {
        if (!gone.contains(image.id())
                && !isHeld(image)
                && images.usersOf(image.id()).isEmpty()
                && children(image.id()).isEmpty()) {
            names(image.id()).forEach(name -> untag(image, name));
            delete(image, false, true, true);
        }
    }

    /** Somebody pushes or saves it, or another that has all of its layers. */
    private boolean isHeld(Image image) {
        return image.top() != null && held.contains(image.top());
    }

    private static boolean isTagOf(Reference repository, String name) {
        Reference other = Reference.parse(name);
        return other.digest() == null && other.name().equals(repository.name());
    }

    private void delete(Image image, boolean force, boolean prune, boolean quiet) {
        Conflict conflict = conflict(image, force, true);
        if (conflict != null) {
            if (quiet) {
                return;
            }
            throw refusal(image, conflict);
        }
        names(image.id()).forEach(name -> untag(image, name));
        gone.add(image.id());
        events.add(new Event(image, "delete"));
        records.add(new Removed(null, image.id().toString()));
        uses.remove(image)
                .forEach(layer -> records.add(new Removed(null, layer.chain().toString())));
        Image parent =
                image.parent() == null ? null : images.image(image.parent()).orElse(null);
        if (prune
                && parent != null
                && names(parent.id()).isEmpty()
                && !isHeld(parent)
                && !images.uses().isPinned(parent.id())) {
            delete(parent, false, true, true);
        }
    }

    private @Nullable Conflict conflict(Image image, boolean force, boolean namesCount) {
        if (!children(image.id()).isEmpty()) {
            return new Conflict(true, false, "image has dependent child images");
        }
        List<String> users = images.usersOf(image.id());
        for (String user : users) {
            if (running.test(user)) {
                return new Conflict(true, true, "image is being used by running container " + Ids.shortOf(user));
            }
        }
        if (force) {
            return null;
        }
        if (namesCount && !names(image.id()).isEmpty()) {
            return new Conflict(false, false, "image is referenced in multiple repositories");
        }
        return users.isEmpty()
                ? null
                : new Conflict(
                        false, true, "image is being used by stopped container " + Ids.shortOf(users.getFirst()));
    }

    private static WharfException refusal(Image image, Conflict conflict) {
        return WharfException.conflict(
                "conflict: unable to delete " + Ids.shortOf(image.id().hex())
                        + (conflict.hard() ? " (cannot be forced) - " : " (must be forced) - ") + conflict.reason());
    }

    private void untag(Image image, String name) {
        unname(name);
        events.add(new Event(image, "untag"));
    }

    private void unname(String name) {
        names.add(name);
        records.add(new Removed(Reference.parse(name).familiar(), null));
    }

    private List<String> names(Digest image) {
        return images.names(image).stream()
                .filter(name -> !names.contains(name))
                .toList();
    }

    private List<Image> children(Digest image) {
        return images.children(image).stream()
                .filter(child -> !gone.contains(child.id()))
                .toList();
    }

    /** One name, or one tag with digests of the same repository alone. */
    private static boolean isSingle(List<String> names) {
        if (names.size() <= 1) {
            return true;
        }
        List<Reference> all = names.stream().map(Reference::parse).toList();
        return all.stream().filter(name -> name.digest() == null).count() <= 1
                && all.stream().map(Reference::name).distinct().count() == 1;
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    List<Removed> records() {
        return List.copyOf(records);
    }

    /** How many things it takes so far. */
    int size() {
        return records.size();
    }

    /** What it sets free. */
    LayerUses uses() {
        return uses;
    }

    void write(Tx tx, List<Blob> blobs) {
        names.forEach(name -> ImageTable.deleteName(tx, name));
        gone.forEach(image -> ImageTable.deleteImage(tx, image));
        uses.free().forEach(layer -> ImageTable.deleteLayer(tx, layer.chain()));
        blobs.forEach(blob -> ImageTable.deleteBlob(tx, blob.digest()));
        events.forEach(event -> ImageEvents.because(tx, event.image(), event.action(), reason));
    }

    /** Brings the memory up to what was committed. */
    void apply(List<Blob> blobs) {
        names.forEach(images::unname);
        gone.forEach(images::remove);
        uses.free().forEach(layer -> images.removeLayer(layer.chain()));
        blobs.forEach(blob -> images.removeBlobs(blob.diff()));
    }
}
