package io.wharf.events.sinks;

import io.wharf.base.WharfException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * {@code Wharf-Signature: t=SECONDS,v1=HEX}: HMAC-SHA256 with the secret over the decimal seconds since the epoch, a full
 * stop and the body's bytes. The time is the attempt's, so that a receiver may refuse what is replayed later.
 */
final class Signature {
    static final String HEADER = "Wharf-Signature";

    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    static String of(byte[] secret, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
            return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw WharfException.internal("no " + ALGORITHM + ": " + e.getMessage(), e);
        }
    }
}
