package io.wharf.images.catalog;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Row;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of what is attested of images. Nothing of it is held in memory: it is seldom asked for. */
public final class Attestations {
    static final String TABLE = "CREATE TABLE image_attestation(image TEXT NOT NULL, place INTEGER NOT NULL,"
            + " manifest TEXT NOT NULL, predicate TEXT NOT NULL, descriptor TEXT NOT NULL, statement BLOB,"
            + " PRIMARY KEY(image, place))";

    private static final String SELECT = "SELECT manifest, predicate, descriptor, statement FROM image_attestation"
            + " WHERE image = ? ORDER BY place";

    private Attestations() {}

    /** All of an image, in the order of its index. */
    public static Future<List<Attestation>> of(Store store, Digest image) {
        return store.readBeside(tx -> tx.query(SELECT, Attestations::attestation, image.toString()));
    }

    /** The manifests whose statements are here whole. */
    public static Future<List<Digest>> manifests(Store store, Digest image) {
        return store.readBeside(tx -> tx.query(
                "SELECT manifest FROM image_attestation WHERE image = ? GROUP BY manifest ORDER BY min(place)",
                row -> Digest.parse(row.text(1)),
                image.toString()));
    }

    /** What is attested from now on; what was before is forgotten. */
    static void put(Tx tx, Digest image, List<Attestation> attestations) {
        delete(tx, image);
        for (int place = 0; place < attestations.size(); place++) {
            Attestation one = attestations.get(place);
            tx.update(
                    "INSERT INTO image_attestation(image, place, manifest, predicate, descriptor, statement)"
                            + " VALUES (?, ?, ?, ?, ?, ?)",
                    image.toString(),
                    place,
                    one.manifest().toString(),
                    one.predicateType(),
                    one.descriptor(),
                    one.packed());
        }
    }

    static void delete(Tx tx, Digest image) {
        tx.update("DELETE FROM image_attestation WHERE image = ?", image.toString());
    }

    private static Attestation attestation(Row row) {
        byte @Nullable [] packed = row.bytesOrNull(4);
        return new Attestation(Digest.parse(row.text(1)), row.text(2), row.text(3), packed);
    }
}
