package io.wharf.images.catalog;

import io.vertx.core.Future;
import io.wharf.base.Digest;
import io.wharf.base.Row;
import io.wharf.base.Schema;
import io.wharf.base.Store;
import io.wharf.base.Tx;
import io.wharf.base.WharfException;
import io.wharf.images.spec.ImageConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables of images, layers and names. Configs and manifests are kept as their exact text. */
public final class ImageTable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageTable.class);

    public static final Schema SCHEMA = new Schema(
            "images",
            List.of(
                    "CREATE TABLE image(id TEXT PRIMARY KEY, config TEXT NOT NULL, parent TEXT,"
                            + " tagged_ns INTEGER NOT NULL) WITHOUT ROWID;"
                            + "CREATE TABLE image_layer(chain TEXT PRIMARY KEY, parent TEXT, diff TEXT NOT NULL,"
                            + " size INTEGER NOT NULL, tar_size INTEGER NOT NULL) WITHOUT ROWID;"
                            + "CREATE TABLE image_name(name TEXT PRIMARY KEY, image TEXT NOT NULL) WITHOUT ROWID;"
                            + "CREATE TABLE image_manifest(digest TEXT PRIMARY KEY, image TEXT NOT NULL,"
                            + " media_type TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;"
                            + "CREATE TABLE image_blob(digest TEXT PRIMARY KEY, diff TEXT NOT NULL,"
                            + " media_type TEXT NOT NULL, size INTEGER NOT NULL, kept INTEGER NOT NULL) WITHOUT ROWID;"
                            + "CREATE TABLE container_layer(container TEXT PRIMARY KEY, image TEXT NOT NULL,"
                            + " top TEXT) WITHOUT ROWID",
                    Recipes.TABLE + ";" + Uses.TABLE,
                    Attestations.TABLE));

    private ImageTable() {}

    static void putImage(Tx tx, Image image, byte[] config) {
        tx.update(
                "INSERT INTO image(id, config, parent, tagged_ns) VALUES (?1, ?2, ?3, ?4)"
                        + " ON CONFLICT(id) DO UPDATE SET config = ?2, tagged_ns = ?4",
                image.id().toString(),
                new String(config, StandardCharsets.UTF_8),
                text(image.parent()),
                image.taggedNanos());
    }

    public static void putTagged(Tx tx, Image image) {
        tx.update(
                "UPDATE image SET tagged_ns = ? WHERE id = ?",
                image.taggedNanos(),
                image.id().toString());
    }

    public static void deleteImage(Tx tx, Digest id) {
        tx.update("DELETE FROM image WHERE id = ?", id.toString());
        tx.update("DELETE FROM image_manifest WHERE image = ?", id.toString());
        tx.update("DELETE FROM image_name WHERE image = ?", id.toString());
        Uses.delete(tx, id);
        Attestations.delete(tx, id);
    }

    static void putLayer(Tx tx, Layer layer) {
        tx.update(
                "INSERT OR IGNORE INTO image_layer(chain, parent, diff, size, tar_size) VALUES (?, ?, ?, ?, ?)",
                layer.chain().toString(),
                text(layer.parent()),
                layer.diff().toString(),
                layer.size(),
                layer.tarSize());
    }

    public static void deleteLayer(Tx tx, Digest chain) {
        tx.update("DELETE FROM image_layer WHERE chain = ?", chain.toString());
    }

    public static void putName(Tx tx, String name, Digest image) {
        tx.update("INSERT OR REPLACE INTO image_name(name, image) VALUES (?, ?)", name, image.toString());
    }

    public static void deleteName(Tx tx, String name) {
        tx.update("DELETE FROM image_name WHERE name = ?", name);
    }

    public static void putManifest(Tx tx, Manifest manifest, byte[] body) {
        tx.update(
                "INSERT OR REPLACE INTO image_manifest(digest, image, media_type, body) VALUES (?, ?, ?, ?)",
                manifest.digest().toString(),
                manifest.image().toString(),
                manifest.mediaType(),
                new String(body, StandardCharsets.UTF_8));
    }

    public static void putBlob(Tx tx, Blob blob) {
        tx.update(
                "INSERT INTO image_blob(digest, diff, media_type, size, kept) VALUES (?1, ?2, ?3, ?4, ?5)"
                        + " ON CONFLICT(digest) DO UPDATE SET kept = max(kept, ?5)",
                blob.digest().toString(),
                blob.diff().toString(),
                blob.mediaType(),
                blob.size(),
                blob.kept());
    }

    /** The bytes are not kept any more; the name is. */
    public static void letGo(Tx tx, Digest blob) {
        tx.update("UPDATE image_blob SET kept = 0 WHERE digest = ?", blob.toString());
        Recipes.delete(tx, blob);
    }

    /** The same for one that is not made again any more, unless its bytes have come anew meanwhile. */
    public static void letGo(Tx tx, Digest blob, String recipe) {
        if (!tx.query("SELECT 1 FROM image_recipe WHERE digest = ? AND recipe = ?", row -> 1, blob.toString(), recipe)
                .isEmpty()) {
            letGo(tx, blob);
        }
    }

    public static void deleteBlob(Tx tx, Digest digest) {
        Recipes.delete(tx, digest);
        tx.update("DELETE FROM image_blob WHERE digest = ?", digest.toString());
    }

    public static void putContainer(Tx tx, ContainerLayer layer) {
        tx.update(
                "INSERT INTO container_layer(container, image, top) VALUES (?, ?, ?)",
                layer.container(),
                layer.image().toString(),
                text(layer.top()));
    }

    public static void deleteContainer(Tx tx, String container) {
        tx.update("DELETE FROM container_layer WHERE container = ?", container);
    }

    /** The exact bytes of an image's config. */
    public static Future<byte[]> config(Store store, Digest image) {
        return bytes(store, "SELECT config FROM image WHERE id = ?", image).map(Optional::orElseThrow);
    }

    /** The exact bytes of a manifest. */
    public static Future<Optional<byte[]>> manifest(Store store, Digest digest) {
        return bytes(store, "SELECT body FROM image_manifest WHERE digest = ?", digest);
    }

    private static Future<Optional<byte[]>> bytes(Store store, String sql, Digest key) {
        return store.read(sql, row -> row.text(1), key.toString())
                .map(rows -> rows.stream().findFirst().map(text -> text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Fills the state from the committed rows. */
    public static Future<Void> load(Store store, Images into) {
        return store.<Boolean>write(tx -> {
                    tx.query("SELECT chain, parent, diff, size, tar_size FROM image_layer", ImageTable::layer)
                            .forEach(into::add);
                    tx.query("SELECT id, config, parent, tagged_ns FROM image", row -> image(row, into))
                            .forEach(into::add);
                    tx.query("SELECT digest, diff, media_type, size, kept FROM image_blob", ImageTable::blob)
                            .forEach(into::add);
                    into.recipes().load(tx);
                    into.uses().load(tx);
                    tx.query("SELECT digest, image, media_type FROM image_manifest", ImageTable::manifest)
                            .forEach(into::add);
                    tx.query("SELECT container, image, top FROM container_layer", ImageTable::container)
                            .forEach(into::add);
                    tx.query("SELECT name, image FROM image_name", row -> {
                        into.name(row.text(1), Digest.parse(row.text(2)));
                        return Boolean.TRUE;
                    });
                    return Boolean.TRUE;
                })
                .mapEmpty();
    }

    private static Image image(Row row, Images into) {
        byte[] config = row.text(2).getBytes(StandardCharsets.UTF_8);
        Digest id = Digest.parse(row.text(1));
        return new Image(id, parsed(id, config, into), digest(row, 3), row.number(4));
    }

    /** One damaged config must not keep the engine, and all other images, away: a pull or load brings it again. */
    private static ImageConfig parsed(Digest id, byte[] config, Images into) {
        String damage;
        try {
            Digest is = Digest.of(config);
            if (is.equals(id)) {
                return ImageConfig.parse(config);
            }
            damage = "its text has the digest " + is;
        } catch (WharfException e) {
            damage = String.valueOf(e.getMessage());
        }
        LOG.error("the config of image {} is damaged: {}", id, damage);
        into.addUnreadable(id);
        return ImageConfig.parse("{\"rootfs\":{}}".getBytes(StandardCharsets.UTF_8));
    }

    private static Layer layer(Row row) {
        return new Layer(
                Digest.parse(row.text(1)), digest(row, 2), Digest.parse(row.text(3)), row.number(4), row.number(5));
    }

    private static Blob blob(Row row) {
        return new Blob(Digest.parse(row.text(1)), Digest.parse(row.text(2)), row.text(3), row.number(4), row.flag(5));
    }

    private static Manifest manifest(Row row) {
        return new Manifest(Digest.parse(row.text(1)), Digest.parse(row.text(2)), row.text(3));
    }

    private static ContainerLayer container(Row row) {
        return new ContainerLayer(row.text(1), Digest.parse(row.text(2)), digest(row, 3));
    }

    private static @Nullable Digest digest(Row row, int column) {
        String text = row.textOrNull(column);
        return text == null ? null : Digest.parse(text);
    }

    private static @Nullable String text(@Nullable Digest digest) {
        return digest == null ? null : digest.toString();
    }
}
