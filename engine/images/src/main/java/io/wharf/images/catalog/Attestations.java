package io.wharf.images.catalog;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The table of what is attested of images. Nothing of it is held in memory: it is seldom asked for. */
public final class Attestations {
    static final String TABLE = "CREATE TABLE image_attestation(image TEXT NOT NULL, place INTEGER NOT NULL,"
            + " manifest TEXT NOT NULL, predicate TEXT NOT NULL, descriptor TEXT NOT NULL, statement BLOB,"
            + " PRIMARY KEY(image, place))";

    private static final byte[] NOTHING = {};

    private static final String SELECT = "SELECT place, predicate, descriptor, statement IS NOT NULL"
            + " FROM image_attestation WHERE image = ? ORDER BY place";

    // The descriptor names the text by its digest: after another pull another may stand in this place.
    private static final String PART = "SELECT substr(statement, ?, ?) FROM image_attestation"
            + " WHERE image = ? AND place = ? AND descriptor = ? AND statement IS NOT NULL";

    private Attestations() {}

    /**
     * One as it is kept, without its text.
     *
     * @param place in the order of the image's index
     * @param whole whether its text is here
     */
    public record Kept(int place, String predicateType, String descriptor, boolean whole) {}

    /** All of an image, in the order of its index. */
    public static Future<List<Kept>> of(Store store, Digest image) {
        return store.readBeside(tx -> tx.query(
                SELECT, row -> new Kept((int) row.number(1), row.text(2), row.text(3), row.flag(4)), image.toString()));
    }

    /** Some of a packed statement's bytes, fewer at its end; null where it is gone. */
    public static Future<byte @Nullable []> part(Store store, Digest image, Kept one, long from, int length) {
        return store.readBeside(tx -> {
            List<byte[]> parts = tx.query(
                    PART,
                    row -> Objects.requireNonNullElse(row.bytesOrNull(1), NOTHING),
                    from + 1,
                    length,
                    image.toString(),
                    one.place(),
                    one.descriptor());
            return parts.isEmpty() ? null : parts.getFirst();
        });
    }

    /** The manifests whose statements are here whole. */
    public static Future<List<Digest>> manifests(Store store, Digest image) {
        return store.readBeside(tx -> tx.query(
                "SELECT manifest FROM image_attestation WHERE image = ? GROUP BY manifest"
                        + " HAVING count(statement) = count(*) ORDER BY min(place)",
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
}
