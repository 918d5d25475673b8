package io.wharf.images;

import io.wharf.base.Digest;
import io.wharf.tar.TarEntry;
import io.wharf.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An archive as {@code docker save} writes it, of an image with given layers. */
public final class LayeredArchive {
    private LayeredArchive() {}

    /** The layers' tars, lowest first. */
    public static byte[] of(String name, List<byte[]> layers) {
        List<String> diffs = new ArrayList<>();
        List<String> files = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            diffs.add("\"" + Digest.of(layers.get(i)) + "\"");
            files.add("\"" + i + ".tar\"");
        }
        byte[] config = ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":\"layers\","
                        + "\"diff_ids\":[" + String.join(",", diffs) + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        byte[] manifest = ("[{\"Config\":\"config.json\",\"RepoTags\":[\"" + name + ":latest\"],\"Layers\":["
                        + String.join(",", files) + "]}]")
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            TarWriter tar = new TarWriter(out);
            tar.whole(TarEntry.file("manifest.json", 0644, manifest.length), manifest);
            tar.whole(TarEntry.file("config.json", 0644, config.length), config);
            for (int i = 0; i < layers.size(); i++) {
                tar.whole(TarEntry.file(i + ".tar", 0644, layers.get(i).length), layers.get(i));
            }
            tar.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
