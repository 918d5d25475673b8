package io.wharf.events.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * One broker, controller of itself, on loopback and in a folder of its own; it asks for a name and a password: in clear
 * text, by TLS with a certificate for its address, and by TLS with one for another name.
 */
final class Broker implements AutoCloseable {
    static final int PARTITIONS = 3;
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    private final Path folder;
    final int port = freePort();
    final int tlsPort = freePort();
    final int misnamedPort = freePort();
    private final int controller = freePort();
    private Process process;

    /** Its folder gets, beside its own files, {@code ca.pem} and, of somebody else, {@code other.pem}. */
    Broker(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        certify(folder);
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("meta.properties"), """
                version=1
                cluster.id=Y2x1c3Rlci1vZi10ZXN0cw
                node.id=1
                directory.id=bm90LXJlc2VydmVkLWlkMQ
                """);
        Files.writeString(folder.resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=CLIENT://127.0.0.1:%3$d,TLS://127.0.0.1:%4$d,MISNAMED://127.0.0.1:%5$d,CONTROLLER://127.0.0.1:%2$d
                listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,TLS:SASL_SSL,MISNAMED:SASL_SSL,CONTROLLER:PLAINTEXT
                ssl.keystore.type=PEM
                listener.name.tls.ssl.keystore.location=%6$s/right-all.pem
                listener.name.misnamed.ssl.keystore.location=%6$s/misnamed-all.pem
                controller.listener.names=CONTROLLER
                inter.broker.listener.name=CLIENT
                sasl.enabled.mechanisms=PLAIN
                sasl.mechanism.inter.broker.protocol=PLAIN
                listener.name.client.plain.sasl.jaas.config=%1$s
                listener.name.tls.plain.sasl.jaas.config=%1$s
                listener.name.misnamed.plain.sasl.jaas.config=%1$s
                log.dirs=%6$s/data
                num.partitions=%7$d
                offsets.topic.replication.factor=1
                broker.session.timeout.ms=2000
                broker.heartbeat.interval.ms=200
                controller.quorum.election.timeout.ms=200
                controller.quorum.election.backoff.max.ms=200
                num.network.threads=1
                num.io.threads=2
                """.formatted(
                        LOGIN + " username=\"b\" password=\"b\" user_b=\"b\" user_wharf=\"secret\";",
                        controller,
                        port,
                        tlsPort,
                        misnamedPort,
                        folder,
                        PARTITIONS));
    }

    private static void certify(Path folder) throws IOException, InterruptedException {
        Process made = new ProcessBuilder("bash", "-ec", """
                        new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key "${@:2}"; }
                        for who in ca other; do new $who -x509 -days 2 -subj /CN=$who -out $who.pem; done
                        sign() {
                          new $1 -subj /CN=$1 -out $1.csr
                          openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $1.pem \\
                            -extfile <(echo subjectAltName=$2)
                          cat $1.key $1.pem ca.pem >$1-all.pem
                        }
                        sign right IP:127.0.0.1,DNS:localhost
                        sign misnamed DNS:kafka.test
                        """)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "certify.log").toFile())
                .start();
        if (made.waitFor() != 0) {
            throw new IOException("no certificates: " + Files.readString(Path.of("target", "certify.log")));
        }
    }

    void start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-BytecodeVerificationRemote",
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                "-cp",
                System.getProperty("java.class.path"),
                BrokerMain.class.getName(),
                folder.resolve("server.properties").toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "broker.log").toFile()))
                .start();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    static Map<String, String> login(String password) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                LOGIN + " username=\"wharf\" password=\"" + password + "\";");
    }

    /** All that the topic holds, each partition in its order. */
    List<ConsumerRecord<String, byte[]>> read(String topic) {
        Map<String, Object> properties = new HashMap<>(login("secret"));
        properties.put("bootstrap.servers", "127.0.0.1:" + port);
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                partitions.add(new TopicPartition(topic, i));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
