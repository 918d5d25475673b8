package io.wharf.images.space;

import io.wharf.base.Digest;
import io.wharf.images.catalog.Blob;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many need each layer and each content, counted once for a removal of however many images: what each image that goes
 * sets free is then told by its own layers alone.
 */
final class LayerUses {
    private final Images images;
    private final Map<Digest, Integer> layers = new HashMap<>();
    private final Map<Digest, Integer> contents = new HashMap<>();
    private final Set<Digest> unreadable;
    private final List<Layer> unused = new ArrayList<>();
    private final List<Layer> free = new ArrayList<>();
    private final List<Blob> blobs = new ArrayList<>();
    private long bytes;
    private long blobBytes;

    LayerUses(Images images, Set<Digest> held) {
        this.images = images;
        this.unreadable = new HashSet<>(images.unreadable());
        held.forEach(this::need);
        images.all().forEach(image -> image.layers().forEach(this::need));
        images.containers()
                .forEach(container -> images.reachable(container.top()).forEach(this::need));
        images.layers().forEach(layer -> contents.merge(layer.diff(), 1, Integer::sum));
    }

    private void need(Digest chain) {
        layers.merge(chain, 1, Integer::sum);
    }

    /** Takes an image away; the layers that nothing needs any more, the topmost first. */
    List<Layer> remove(Image image) {
        unreadable.remove(image.id());
        for (Digest chain : image.layers().reversed()) {
            Layer layer = images.layer(chain);
            if (layers.merge(chain, -1, Integer::sum) == 0 && layer != null) {
                unused.add(layer);
            }
        }
        if (!unreadable.isEmpty()) {
            // They stay until that image has its config again, or goes too.
            return List.of();
        }
        List<Layer> freed = List.copyOf(unused);
        unused.clear();
        freed.forEach(this::release);
        return freed;
    }

    private void release(Layer layer) {
        free.add(layer);
        bytes += layer.size();
        if (contents.merge(layer.diff(), -1, Integer::sum) == 0) {
            for (Blob blob : images.blobs(layer.diff())) {
                blobs.add(blob);
                blobBytes += images.isStored(blob) ? blob.size() : 0;
            }
        }
    }

    /** All that were set free. */
    List<Layer> free() {
        return free;
    }

    /** The blobs of contents that no layer has any more. */
    List<Blob> blobs() {
        return List.copyOf(blobs);
    }

    /** Of the layers that were set free, unpacked. */
    long bytes() {
        return bytes;
    }

    /** Of their blobs, as far as they lie there. */
    long blobBytes() {
        return blobBytes;
    }
}
