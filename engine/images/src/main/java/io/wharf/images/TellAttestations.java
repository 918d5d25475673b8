package io.wharf.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Json;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.images.catalog.Attestations;
import io.wharf.images.catalog.Image;
import io.wharf.images.spec.PackedStatement;
import io.wharf.linux.Pools;
import io.wharf.streams.PulledBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes what is attested of an image as a JSON array, unpacking its statements as they are read. */
final class TellAttestations {
    private final Store store;
    private final Pools pools;

    TellAttestations(Store store, Pools pools) {
        this.store = store;
        this.pools = pools;
    }

    /** Those of some kinds, or all where none is named. */
    Future<ByteStream> run(Image image, List<String> predicateTypes, boolean statements) {
        return Attestations.of(store, image.id()).map(all -> {
            List<Attestations.Kept> told = all.stream()
                    .filter(one -> predicateTypes.isEmpty() || predicateTypes.contains(one.predicateType()))
                    .toList();
            Text text = new Text();
            text.add("[");
            for (int i = 0; i < told.size(); i++) {
                Attestations.Kept one = told.get(i);
                text.add((i == 0 ? "" : ",") + "{\"Descriptor\":" + one.descriptor() + ",\"PredicateType\":"
                        + TextNode.valueOf(one.predicateType()));
                if (statements) {
                    text.add(",\"Statement\":");
                    text.add(statement(image.id(), one));
                }
                text.add("}");
            }
            text.add("]\n");
            return PulledBytes.of(pools, text).bytes();
        });
    }

    private Piece statement(Digest image, Attestations.Kept one) {
        if (!one.whole()) {
            String digest =
                    Json.read(one.descriptor(), JsonNode.class).path("digest").asText();
            throw WharfException.notFound("attestation statement " + digest + " is not available locally");
        }
        return () -> PackedStatement.open(new StoredStatement(store, image, one));
    }

    /** A part of the text. */
    private interface Piece {
        InputStream open() throws IOException;
    }

    /** Pieces of text one after another, some of them packed. */
    private static final class Text implements PulledBytes.Source {
        private static final int CHUNK = 32 << 10;

        private final Deque<Piece> pieces = new ArrayDeque<>();
        private InputStream open = InputStream.nullInputStream();

        void add(String text) {
            pieces.add(() -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        }

        void add(Piece piece) {
            pieces.add(piece);
        }

        @Override
        public @Nullable ByteBuf next() throws IOException {
            byte[] chunk = new byte[CHUNK];
            int count = 0;
            while (count < CHUNK) {
                int more = open.readNBytes(chunk, count, CHUNK - count);
                count += more;
                if (more == 0) {
                    if (pieces.isEmpty()) {
                        break;
                    }
                    open = pieces.remove().open();
                }
            }
            return count == 0 ? null : ByteBufAllocator.DEFAULT.buffer(count).writeBytes(chunk, 0, count);
        }

        /** Asked only after there was nothing more. */
        @Override
        public boolean finished() {
            return true;
        }

        @Override
        public void close() {
            pieces.clear();
        }
    }
}
