package io.wharf.logs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom to believe behind TLS, and who to be: the machine's authorities and one more from a file, a client's certificate
 * and key. Files are PEM.
 */
final class TlsTrust {
    /** Where distributions keep their authorities, in Go's order; the Java runtime's own where none is there. */
    private static final List<String> SYSTEM_ROOTS =
            List.of("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem");

    private final SSLContext context;
    private final boolean verify;

    private TlsTrust(SSLContext context, boolean verify) {
        this.context = context;
        this.verify = verify;
    }

    /** Reads the files; empty names for none. An IOException names the file that cannot be read or understood. */
    static TlsTrust of(String authority, String certificate, String key, boolean verify) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys(certificate, key), verify ? trust(authority) : new TrustManager[] {new Anybody()}, null);
            return new TlsTrust(context, verify);
        } catch (GeneralSecurityException e) {
            throw new IOException("could not set up TLS: " + e.getMessage(), e);
        }
    }

    /** Puts TLS over a connected socket, which the result closes with itself. */
    SSLSocket handshake(Socket socket, String host, int port) throws IOException {
        var secure = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
        if (verify) {
            var parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
        }
        secure.startHandshake();
        return secure;
    }

    private static TrustManager @Nullable [] trust(String authority) throws IOException, GeneralSecurityException {
        var store = emptyStore();
        for (var roots : SYSTEM_ROOTS) {
            if (Files.isReadable(Path.of(roots))) {
                addAll(store, roots, certificates(roots));
                break;
            }
        }
        if (!authority.isEmpty()) {
            addAll(store, authority, certificates(authority));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store.size() == 0 ? null : store);
        return factory.getTrustManagers();
    }

    private static void addAll(KeyStore store, String prefix, List<Certificate> certificates)
            throws GeneralSecurityException {
        for (var i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry(prefix + i, certificates.get(i));
        }
    }

    private static KeyManager @Nullable [] keys(String certificate, String key)
            throws IOException, GeneralSecurityException {
        if (certificate.isEmpty() && key.isEmpty()) {
            return null;
        }
        var store = emptyStore();
        var chain = certificates(certificate).toArray(Certificate[]::new);
        if (chain.length == 0) {
            throw new IOException("could not load X509 key pair: no certificate in " + certificate);
        }
        var password = new char[0];
        store.setKeyEntry("client", PemKey.read(key, chain[0].getPublicKey().getAlgorithm()), password, chain);
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private static List<Certificate> certificates(String file) throws IOException, GeneralSecurityException {
        // The factory reads no text between certificates, which bundles have.
        var text = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        var blocks = PemKey.blocks(text, "CERTIFICATE");
        if (blocks.isEmpty()) {
            throw new IOException(
                    "could not read CA certificate " + OptionValues.quoted(file) + ": no certificate in it");
        }
        var factory = CertificateFactory.getInstance("X.509");
        var read = new java.util.ArrayList<Certificate>();
        for (var block : blocks) {
            read.add(factory.generateCertificate(new ByteArrayInputStream(block)));
        }
        return read;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** For {@code syslog-tls-skip-verify}: the user asked not to look. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(
                java.security.cert.X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(
                java.security.cert.X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
