package io.wharf.images.registry;

import io.vertx.core.net.TrustOptions;
import io.wharf.base.WharfException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a registry and the engine prove to each other who they are.
 *
 * @param authorities files of further certificates that may sign the registry's, beside the machine's own
 * @param keys what the engine shows
 * @param unverified whether any certificate will do
 * @param stamp changes when one of the files does
 */
record Tls(List<Path> authorities, List<Pair> keys, boolean unverified, long stamp) {
    static final Tls USUAL = new Tls(List.of(), List.of(), false, 0);
    static final Tls ANY = new Tls(List.of(), List.of(), true, 0);

    /** Where distributions keep the certificates that the machine trusts; the first that is there counts. */
    private static final List<String> BUNDLES = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/pki/tls/cacert.pem",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/cert.pem");

    /** A certificate and its key; one file may hold both. */
    record Pair(Path certificate, Path key) {}

    Tls {
        authorities = List.copyOf(authorities);
        keys = List.copyOf(keys);
    }

    static Tls of(List<Path> authorities, List<Pair> keys, boolean unverified) throws IOException {
        long stamp = 0;
        for (Path file : authorities) {
            stamp = 31 * stamp + Files.getLastModifiedTime(file).toMillis();
        }
        for (Pair pair : keys) {
            stamp = 31 * stamp + Files.getLastModifiedTime(pair.certificate()).toMillis();
            stamp = 31 * stamp + Files.getLastModifiedTime(pair.key()).toMillis();
        }
        return new Tls(authorities, keys, unverified, stamp);
    }

    /** Whom to trust: the machine's authorities and these. Null is left to the JVM. Blocks. */
    @Nullable
    TrustOptions trust() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            int count = 0;
            String own = System.getenv("SSL_CERT_FILE");
            Path machine = own != null
                    ? Path.of(own)
                    : BUNDLES.stream()
                            .map(Path::of)
                            .filter(Files::exists)
                            .findFirst()
                            .orElse(null);
            if (machine != null) {
                count = add(store, factory, machine, count);
            } else if (authorities.isEmpty()) {
                return null;
            }
            for (Path file : authorities) {
                count = add(store, factory, file, count);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return TrustOptions.wrap(trust);
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static int add(KeyStore store, CertificateFactory factory, Path file, int from)
            throws IOException, GeneralSecurityException {
        int count = from;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Certificate certificate : factory.generateCertificates(in)) {
                store.setCertificateEntry("c" + count++, certificate);
            }
        } catch (CertificateException e) {
            throw WharfException.internal("could not load X509 certificates of " + file + ": " + e.getMessage());
        }
        return count;
    }
}
