package io.wharf.images.catalog;

import io.wharf.base.Digest;
import io.wharf.base.Tx;
import io.wharf.tar.FindRecipe;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How blobs are made again whose bytes are no longer kept, and which blobs nothing makes again. Confined to the verticle's
 * context.
 */
public final class Recipes {
    static final String TABLE =
            "CREATE TABLE image_recipe(digest TEXT PRIMARY KEY, recipe TEXT NOT NULL) WITHOUT ROWID";
    private static final String VAIN = "none ";
    /** In place of a recipe: these compressors were tried in vain. */
    public static final String NONE = VAIN + FindRecipe.GENERATION;

    private final Map<Digest, String> byDigest = new HashMap<>();
    private final Set<Digest> postponed = new HashSet<>();
    private final Set<Digest> failed = new HashSet<>();

    /** The recipe of a blob, null where its bytes are kept. */
    @Nullable
    public String of(Digest blob) {
        String recipe = byDigest.get(blob);
        return recipe == null || recipe.startsWith(VAIN) ? null : recipe;
    }

    /** Whether it is still to be found out how the blob is made; {@code again} also where that was in vain. */
    public boolean isWaiting(Digest blob, boolean again) {
        String known = byDigest.get(blob);
        return !postponed.contains(blob)
                && !failed.contains(blob)
                && (known == null || (known.startsWith(VAIN) && (again || !known.equals(NONE))));
    }

    /** Leaves the blob to the next engine. */
    public void postpone(Digest blob) {
        postponed.add(blob);
    }

    /** Leaves the blob until failures are forgotten. */
    public void failed(Digest blob) {
        failed.add(blob);
    }

    /** Whether there were any. */
    public boolean forgetFailures() {
        boolean some = !failed.isEmpty();
        failed.clear();
        return some;
    }

    /** The blobs that are said to be made again. */
    public Set<Digest> remade() {
        Set<Digest> found = new HashSet<>();
        byDigest.forEach((digest, recipe) -> {
            if (!recipe.startsWith(VAIN)) {
                found.add(digest);
            }
        });
        return found;
    }

    public void put(Digest blob, String recipe) {
        byDigest.put(blob, recipe);
    }

    /** The bytes are gone, or here again. */
    public void remove(Digest blob) {
        byDigest.remove(blob);
        postponed.remove(blob);
        failed.remove(blob);
    }

    public static void write(Tx tx, Digest blob, String recipe) {
        tx.update("INSERT OR REPLACE INTO image_recipe(digest, recipe) VALUES (?, ?)", blob.toString(), recipe);
    }

    public static void delete(Tx tx, Digest blob) {
        tx.update("DELETE FROM image_recipe WHERE digest = ?", blob.toString());
    }

    void load(Tx tx) {
        tx.query("SELECT digest, recipe FROM image_recipe", row -> {
            put(Digest.parse(row.text(1)), row.text(2));
            return Boolean.TRUE;
        });
    }
}
