package io.wharf.events.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WebhookPartsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T21:00:00Z");

    @Test
    void header_isReadAsSecondsOrAsADate() {
        assertThat(RetryAfter.parse("7", NOW)).contains(Duration.ofSeconds(7));
        assertThat(RetryAfter.parse("Sat, 21 Nov 2026 21:00:30 GMT", NOW)).contains(Duration.ofSeconds(30));
        assertThat(RetryAfter.parse("Sat, 21 Nov 2026 20:00:00 GMT", NOW)).contains(Duration.ZERO);
    }

    @Test
    void nonsense_saysNothingAndTooMuchIsCut() {
        assertThat(RetryAfter.parse(null, NOW)).isEmpty();
        assertThat(RetryAfter.parse("soon", NOW)).isEmpty();
        assertThat(RetryAfter.parse("", NOW)).isEmpty();
        assertThat(RetryAfter.parse("99999999999999999999", NOW)).contains(Duration.ofHours(1));
    }

    @Test
    void backoff_doublesUpToItsLongestAndBeginsAnew() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5), () -> 0);
        assertThat(backoff.next()).isEqualTo(1000);
        assertThat(backoff.next()).isEqualTo(2000);
        assertThat(backoff.next()).isEqualTo(4000);
        assertThat(backoff.next()).isEqualTo(5000);
        assertThat(backoff.next()).isEqualTo(5000);
        backoff.reset();
        assertThat(backoff.next()).isEqualTo(1000);
        assertThat(backoff.atLeast(Duration.ofMillis(3))).isEqualTo(1000);
        assertThat(backoff.atLeast(Duration.ofHours(1))).isEqualTo(3_600_000);
        assertThat(new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5), () -> 0.999).next())
                .isBetween(500L, 502L);
    }

    @Test
    void signature_isOfTimeAndBody() {
        assertThat(Signature.of(
                        "secret".getBytes(StandardCharsets.UTF_8), 1700000000L, "{}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
    }
}
