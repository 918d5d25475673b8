package io.wharf.images.catalog;

import io.wharf.base.Digest;
import io.wharf.base.IdIndex;
import io.wharf.base.Ids;
import io.wharf.base.WharfException;
import io.wharf.images.spec.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The committed state of the room, in memory; confined to the verticle's context. */
public final class Images {
    private static final String ALGORITHM = "sha256:";

    private final Map<Digest, Image> images = new HashMap<>();
    private final IdIndex ids = new IdIndex();
    private final TreeMap<String, Digest> names = new TreeMap<>();
    private final Map<Digest, NavigableSet<String>> namesOf = new HashMap<>();
    /** Names as they were read once: lists ask for all of them each time. */
    private final Map<String, Reference> references = new HashMap<>();

    private final Map<Digest, Set<Digest>> children = new HashMap<>();
    private final Map<Digest, Layer> layers = new HashMap<>();
    private final Map<Digest, List<Blob>> blobs = new HashMap<>();
    private final Map<Digest, Manifest> manifests = new HashMap<>();
    private final Map<String, ContainerLayer> containers = new HashMap<>();
    private final Map<Digest, NavigableSet<String>> users = new HashMap<>();
    /** Images whose layers are not known, because their configs cannot be read. */
    private final Set<Digest> unreadable = new TreeSet<>();

    private final Recipes recipes = new Recipes();
    private final Uses uses = new Uses();

    // ---- changes: called after their commit

    public void add(Image image) {
        images.put(image.id(), image);
        ids.add(image.id().hex());
        if (image.parent() != null) {
            children.computeIfAbsent(image.parent(), id -> new LinkedHashSet<>())
                    .add(image.id());
        }
    }

    /** Its config cannot be read: as long as it is here any layer may be one of its. */
    void addUnreadable(Digest image) {
        unreadable.add(image);
    }

    /** Its config was brought anew. */
    void readable(Digest image) {
        unreadable.remove(image);
    }

    public void add(Layer layer) {
        layers.put(layer.chain(), layer);
    }

    public void add(Blob blob) {
        List<Blob> known = blobs.computeIfAbsent(blob.diff(), diff -> new ArrayList<>());
        boolean kept = known.stream().anyMatch(one -> one.digest().equals(blob.digest()) && one.kept());
        known.removeIf(one -> one.digest().equals(blob.digest()));
        known.add(kept ? new Blob(blob.digest(), blob.diff(), blob.mediaType(), blob.size(), true) : blob);
    }

    public void add(Manifest manifest) {
        manifests.put(manifest.digest(), manifest);
    }

    public void add(ContainerLayer layer) {
        removeContainer(layer.container());
        containers.put(layer.container(), layer);
        users.computeIfAbsent(layer.image(), image -> new TreeSet<>()).add(layer.container());
    }

    public void removeContainer(String id) {
        ContainerLayer gone = containers.remove(id);
        if (gone != null) {
            users.computeIfPresent(gone.image(), (image, all) -> all.remove(id) && all.isEmpty() ? null : all);
        }
    }

    public void name(String name, Digest image) {
        unname(name);
        names.put(name, image);
        references.put(name, Reference.parse(name));
        namesOf.computeIfAbsent(image, id -> new TreeSet<>()).add(name);
    }

    public void unname(String name) {
        Digest image = names.remove(name);
        references.remove(name);
        if (image != null) {
            Objects.requireNonNull(namesOf.get(image)).remove(name);
        }
    }

    public void remove(Digest image) {
        for (String name : names(image)) {
            names.remove(name);
            references.remove(name);
        }
        namesOf.remove(image);
        Image gone = images.remove(image);
        if (gone != null && gone.parent() != null) {
            children.computeIfPresent(gone.parent(), (parent, all) -> all.remove(image) && all.isEmpty() ? null : all);
        }
        ids.remove(image.hex());
        uses.remove(image);
        unreadable.remove(image);
        manifests.values().removeIf(manifest -> manifest.image().equals(image));
    }

    public void removeLayer(Digest chain) {
        layers.remove(chain);
    }

    public void removeBlobs(Digest diff) {
        blobs(diff).forEach(blob -> recipes.remove(blob.digest()));
        blobs.remove(diff);
    }

    /** The blob's bytes are not kept any more; its name is. */
    public void letGo(Blob named) {
        blobs.getOrDefault(named.diff(), List.of()).removeIf(one -> one.digest().equals(named.digest()));
        recipes.remove(named.digest());
        add(named);
    }

    public Recipes recipes() {
        return recipes;
    }

    public Uses uses() {
        return uses;
    }

    // ---- images

    public Collection<Image> all() {
        return images.values();
    }

    public Optional<Image> image(Digest id) {
        return Optional.ofNullable(images.get(id));
    }

    /** The image of a name, digest, id or unique prefix of one; else Docker's 404. */
    public Image get(String name) {
        return find(name).orElseThrow(() -> WharfException.notFound("No such image: " + shown(name)));
    }

    public Optional<Image> find(String name) {
        String hex = name.startsWith(ALGORITHM) ? name.substring(ALGORITHM.length()) : name;
        if (Ids.isFull(hex)) {
            Digest digest = new Digest(hex);
            Manifest manifest = manifests.get(digest);
            return image(digest).or(() -> manifest == null ? Optional.empty() : image(manifest.image()));
        }
        if (!name.startsWith(ALGORITHM)) {
            Digest named = names.get(Reference.parse(name).tagged().full());
            if (named != null) {
                return image(named);
            }
        }
        return Ids.couldBePrefix(hex) ? ids.find(hex).flatMap(id -> image(new Digest(id))) : Optional.empty();
    }

    private static String shown(String name) {
        if (Ids.isFull(name)) {
            return ALGORITHM + name;
        }
        if (name.startsWith(ALGORITHM)) {
            return name;
        }
        return Reference.parse(name).tagged().familiar();
    }

    /** Whether the text is the image's id or the beginning of it, and not a name. */
    public static boolean isIdOf(Digest image, String text) {
        return !text.isEmpty()
                && (image.toString().startsWith(text) || image.hex().startsWith(text));
    }

    public List<Image> children(Digest parent) {
        return children.getOrDefault(parent, Set.of()).stream()
                .map(images::get)
                .filter(Objects::nonNull)
                .toList();
    }

    public boolean hasChildren(Digest parent) {
        return !children.getOrDefault(parent, Set.of()).isEmpty();
    }

    // ---- names

    public Optional<Digest> named(String fullName) {
        return Optional.ofNullable(names.get(fullName));
    }

    /** Full names of an image, in order. */
    public List<String> names(Digest image) {
        NavigableSet<String> known = namesOf.get(image);
        return known == null ? List.of() : List.copyOf(known);
    }

    /** Names of an image, in order. */
    public List<Reference> references(Digest image) {
        return names(image).stream()
                .map(references::get)
                .filter(Objects::nonNull)
                .toList();
    }

    /** {@code name:tag} of an image, as Docker shows them. */
    public List<String> tags(Digest image) {
        return familiar(image, false);
    }

    /** {@code name@digest} of an image, as Docker shows them. */
    public List<String> digests(Digest image) {
        return familiar(image, true);
    }

    private List<String> familiar(Digest image, boolean byDigest) {
        return references(image).stream()
                .filter(name -> (name.digest() != null) == byDigest)
                .map(Reference::familiar)
                .toList();
    }

    /** Names of a repository's tags. */
    public List<Reference> tagsOf(Reference repository) {
        return names.tailMap(repository.name() + ":", true).keySet().stream()
                .takeWhile(name -> name.startsWith(repository.name() + ":"))
                .map(Reference::parse)
                .toList();
    }

    // ---- layers

    @Nullable
    public Layer layer(Digest chain) {
        return layers.get(chain);
    }

    public Collection<Layer> layers() {
        return layers.values();
    }

    /** Whether there are images whose layers are not known. */
    public boolean hasUnreadable() {
        return !unreadable.isEmpty();
    }

    public Set<Digest> unreadable() {
        return Set.copyOf(unreadable);
    }

    public Layer mustLayer(Digest chain) {
        Layer layer = layers.get(chain);
        if (layer == null) {
            throw WharfException.internal("layer " + chain + " is missing");
        }
        return layer;
    }

    /** Chain IDs from the topmost layer to the lowest. */
    public List<Digest> downFrom(@Nullable Digest top) {
        List<Digest> chain = new ArrayList<>();
        for (Digest at = top; at != null; at = mustLayer(at).parent()) {
            chain.add(at);
        }
        return chain;
    }

    /** As {@link #downFrom}, as far as layers are here. */
    public List<Digest> reachable(@Nullable Digest top) {
        List<Digest> chain = new ArrayList<>();
        for (Digest at = top; at != null; ) {
            chain.add(at);
            Layer layer = layers.get(at);
            at = layer == null ? null : layer.parent();
        }
        return chain;
    }

    public long size(Image image) {
        return image.layers().stream().mapToLong(this::size).sum();
    }

    /** A layer that is missing counts nothing: its image is to be shown all the same. */
    public long size(Digest chain) {
        Layer layer = layers.get(chain);
        return layer == null ? 0 : layer.size();
    }

    /** When an image was last pulled, named or run, as far as is known; nanoseconds since the epoch. */
    public long lastUse(Image image) {
        return Math.max(uses.of(image.id()).nanos(), image.taggedNanos());
    }

    /** Whether the blob's bytes lie there. */
    public boolean isStored(Blob blob) {
        return blob.kept() && recipes.of(blob.digest()) == null;
    }

    public List<Blob> blobs(Digest diff) {
        return blobs.getOrDefault(diff, List.of());
    }

    public Collection<List<Blob>> blobs() {
        return blobs.values();
    }

    public List<Manifest> manifests(Digest image) {
        return manifests.values().stream()
                .filter(manifest -> manifest.image().equals(image))
                .toList();
    }

    /** Layers that no image, no container and no work under way needs. */
    public List<Layer> unneeded(Set<Digest> held) {
        if (hasUnreadable()) {
            // They stay until that image has its config again, or goes too.
            return List.of();
        }
        Set<Digest> needed = new HashSet<>(held);
        images.values().forEach(image -> needed.addAll(image.layers()));
        containers.values().forEach(container -> needed.addAll(reachable(container.top())));
        return layers.values().stream()
                .filter(layer -> !needed.contains(layer.chain()))
                .toList();
    }

    // ---- containers

    public Optional<ContainerLayer> container(String id) {
        return Optional.ofNullable(containers.get(id));
    }

    public List<ContainerLayer> containers() {
        return List.copyOf(containers.values());
    }

    /** Containers of an image, in order. */
    public List<String> usersOf(Digest image) {
        NavigableSet<String> known = users.get(image);
        return known == null ? List.of() : List.copyOf(known);
    }
}
