package io.wharf.api.doors;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.wharf.base.WharfException;
import io.wharf.contracts.ListenerOptions.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.concurrent.Callable;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;

/** The engine's side of TLS, from the files that OpenSSL writes: PKCS#8, PKCS#1 and SEC 1 keys, certificates with chains. */
final class TlsKeys {
    private TlsKeys() {}

    /**
     * Reads the files; blocks.
     *
     * @throws WharfException that names the file, INVALID_ARGUMENT
     */
    static SslContext read(Vertx vertx, Tls tls) {
        KeyManagerFactory own = named(
                "could not load X509 key pair (cert: \"" + tls.certificate() + "\", key: \"" + tls.key() + "\")",
                () -> ownKey(vertx, tls));
        TrustManagerFactory clients = tls.verify()
                ? named("could not read CA certificate \"" + tls.authority() + "\"", () -> clients(vertx, tls))
                : null;
        return named("TLS", () -> {
            SslContextBuilder builder = SslContextBuilder.forServer(own)
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .clientAuth(tls.verify() ? ClientAuth.REQUIRE : ClientAuth.NONE);
            return (clients == null ? builder : builder.trustManager(clients)).build();
        });
    }

    private static KeyManagerFactory ownKey(Vertx vertx, Tls tls) throws Exception {
        KeyManagerFactory factory = new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(bytes(tls.key())))
                .addCertValue(Buffer.buffer(bytes(tls.certificate())))
                .getKeyManagerFactory(vertx);
        for (KeyManager manager : factory.getKeyManagers()) {
            if (manager instanceof X509KeyManager pair) {
                checkPair(pair);
            }
        }
        return factory;
    }

    /** A key of another certificate would only be noticed by the first client, as a handshake that fails. */
    private static void checkPair(X509KeyManager manager) throws GeneralSecurityException {
        for (String algorithm : new String[] {"RSA", "EC"}) {
            String[] aliases = manager.getServerAliases(algorithm, null);
            for (String alias : aliases == null ? new String[0] : aliases) {
                PrivateKey key = manager.getPrivateKey(alias);
                X509Certificate certificate = manager.getCertificateChain(alias)[0];
                String with = "SHA256with" + (algorithm.equals("EC") ? "ECDSA" : algorithm);
                if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())
                        || !signs(key, certificate, with)) {
                    throw new GeneralSecurityException("private key does not match public key");
                }
            }
        }
    }

    private static boolean signs(PrivateKey key, X509Certificate certificate, String with)
            throws GeneralSecurityException {
        byte[] text = {1, 2, 3};
        Signature signature = Signature.getInstance(with);
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(certificate.getPublicKey());
        signature.update(text);
        return signature.verify(signed);
    }

    private static TrustManagerFactory clients(Vertx vertx, Tls tls) throws Exception {
        return new PemTrustOptions()
                .addCertValue(Buffer.buffer(bytes(tls.authority())))
                .getTrustManagerFactory(vertx);
    }

    private static byte[] bytes(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    private static <T> T named(String what, Callable<T> reading) {
        try {
            return reading.call();
        } catch (java.nio.file.NoSuchFileException e) {
            throw WharfException.invalid(
                    "invalid TLS configuration: " + what + ": open " + e.getFile() + ": no such file or directory");
        } catch (Exception e) {
            throw WharfException.invalid("invalid TLS configuration: " + what + ": " + reason(e));
        }
    }

    private static String reason(Throwable failure) {
        String text = failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : text;
    }
}
