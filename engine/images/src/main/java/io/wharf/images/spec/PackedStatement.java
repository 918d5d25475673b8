package io.wharf.images.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.wharf.base.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Packs the text of an attestation's statement while it comes: a list of what is in an image may have tens of megabytes,
 * which gzip makes a tenth or less of.
 */
public final class PackedStatement {
    /** Of one statement as it is, and packed. */
    public static final long LIMIT = 64 << 20;

    public static final int PACKED_LIMIT = 4 << 20;

    private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
    private final GZIPOutputStream gzip;
    private final MessageDigest hash;
    private long count;

    public PackedStatement() throws IOException {
        gzip = new GZIPOutputStream(packed);
        try {
            hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Takes what comes next; whether more may follow. */
    public boolean add(byte[] bytes, int from, int length) throws IOException {
        count += length;
        if (count > LIMIT || packed.size() > PACKED_LIMIT) {
            return false;
        }
        hash.update(bytes, from, length);
        gzip.write(bytes, from, length);
        return true;
    }

    /** The packed text; null where it is too long or not what it should be. */
    public byte @Nullable [] finish(Digest wanted) throws IOException {
        gzip.close();
        boolean right = HexFormat.of().formatHex(hash.digest()).equals(wanted.hex());
        return count <= LIMIT && packed.size() <= PACKED_LIMIT && right ? packed.toByteArray() : null;
    }

    /** Reads packed text. */
    public static InputStream open(InputStream packed) throws IOException {
        return new GZIPInputStream(packed, 16 << 10);
    }

    /** Whether the text is a JSON object in UTF-8, and so can stand in an answer as it is. Takes its time. */
    public static boolean isObject(byte[] packed) {
        // Not the engine's own factory: these texts have more tokens than any request may have, and make no objects.
        try (Reader text = new InputStreamReader(
                        open(new ByteArrayInputStream(packed)), StandardCharsets.UTF_8.newDecoder());
                JsonParser json = new JsonFactory().createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            json.skipChildren();
            return json.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
