package io.wharf.logs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Private keys from PEM files: PKCS #8 (RFC 5958), and the older PKCS #1 of RSA and SEC 1 of elliptic curves (RFC 5915),
 * which are put into the envelope of the first because Java reads nothing else.
 */
final class PemKey {
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_OID = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final byte[] VERSION = {2, 1, 0};

    private PemKey() {}

    static PrivateKey read(String file, String algorithm) throws IOException, GeneralSecurityException {
        var text = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        for (var der : blocks(text, "PRIVATE KEY")) {
            return generate(der, algorithm);
        }
        for (var der : blocks(text, "RSA PRIVATE KEY")) {
            return generate(tagged(0x30, VERSION, RSA, tagged(4, der)), "RSA");
        }
        for (var der : blocks(text, "EC PRIVATE KEY")) {
            return generate(tagged(0x30, VERSION, tagged(0x30, EC_OID, curve(der)), tagged(4, der)), "EC");
        }
        throw new IOException("could not load X509 key pair: no private key that can be read in " + file);
    }

    /** What stands between the BEGIN and END lines of a label, decoded. */
    static List<byte[]> blocks(String text, String label) {
        var found = new ArrayList<byte[]>();
        var blocks = Pattern.compile("-----BEGIN " + label + "-----([^-]*)-----END " + label + "-----")
                .matcher(text);
        while (blocks.find()) {
            found.add(Base64.getMimeDecoder().decode(blocks.group(1)));
        }
        return found;
    }

    private static PrivateKey generate(byte[] pkcs8, String algorithm) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** The curve's identifier, which SEC 1 keeps under the context tag 0 after the version and the number itself. */
    private static byte[] curve(byte[] der) throws IOException {
        var at = der[1] < 0 ? 2 + (der[1] & 0x7f) : 2;
        while (at + 1 < der.length) {
            var length = der[at + 1];
            if (length < 0) {
                break;
            }
            if (der[at] == (byte) 0xa0) {
                return java.util.Arrays.copyOfRange(der, at + 2, at + 2 + length);
            }
            at += 2 + length;
        }
        throw new IOException("could not load X509 key pair: the key does not name its curve");
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        var length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var out = new java.io.ByteArrayOutputStream(length + 4);
        out.write(tag);
        if (length < 128) {
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
