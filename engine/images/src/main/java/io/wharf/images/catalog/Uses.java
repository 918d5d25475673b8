package io.wharf.images.catalog;

import io.wharf.base.Digest;
import io.wharf.base.Tx;
import java.util.HashMap;
import java.util.Map;

/** When images were last used, and which are pinned. Confined to the verticle's context. */
public final class Uses {
    static final String TABLE = "CREATE TABLE image_use(image TEXT PRIMARY KEY, used_ns INTEGER NOT NULL,"
            + " pinned INTEGER NOT NULL) WITHOUT ROWID";

    /** Of one image; a time of 0 is none that is known. */
    public record Use(long nanos, boolean pinned) {}

    private static final Use NEVER = new Use(0, false);

    /** Starts come often: what is written is this much behind at most. */
    private static final long BEHIND_NANOS = 60_000_000_000L;

    private final Map<Digest, Use> byImage = new HashMap<>();
    private final Map<Digest, Long> written = new HashMap<>();

    public Use of(Digest image) {
        return byImage.getOrDefault(image, NEVER);
    }

    public boolean isPinned(Digest image) {
        return of(image).pinned();
    }

    public void put(Digest image, Use use) {
        byImage.put(image, use);
    }

    /** Used now; whether that should be written down too. */
    public boolean touch(Digest image, long nanos) {
        byImage.put(image, new Use(nanos, isPinned(image)));
        Long before = written.get(image);
        if (before != null && nanos - before < BEHIND_NANOS) {
            return false;
        }
        written.put(image, nanos);
        return true;
    }

    void remove(Digest image) {
        byImage.remove(image);
        written.remove(image);
    }

    public static void write(Tx tx, Digest image, Use use) {
        tx.update(
                "INSERT OR REPLACE INTO image_use(image, used_ns, pinned) VALUES (?, ?, ?)",
                image.toString(),
                use.nanos(),
                use.pinned());
    }

    static void delete(Tx tx, Digest image) {
        tx.update("DELETE FROM image_use WHERE image = ?", image.toString());
    }

    void load(Tx tx) {
        tx.query("SELECT image, used_ns, pinned FROM image_use", row -> {
            put(Digest.parse(row.text(1)), new Use(row.number(2), row.flag(3)));
            return Boolean.TRUE;
        });
    }
}
