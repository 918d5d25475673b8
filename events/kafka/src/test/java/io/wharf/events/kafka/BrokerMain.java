package io.wharf.events.kafka;

import java.io.IOException;

/** A broker that ends with whoever started it: at the end of its input. */
final class BrokerMain {
    private BrokerMain() {}

    public static void main(String[] args) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException e) {
                // As an end.
            }
            Runtime.getRuntime().halt(1);
        });
        kafka.Kafka.main(args);
    }
}
