package io.wharf.api.doors;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GateTest {
    /** A listening channel; something happens just before it stops reading. */
    private static final class Listening extends EmbeddedChannel {
        private @Nullable ChannelConfig racing;
        private Runnable before = () -> {};

        @Override
        public ChannelConfig config() {
            if (racing == null) {
                racing = new DefaultChannelConfig(this) {
                    @Override
                    public ChannelConfig setAutoRead(boolean reads) {
                        if (!reads) {
                            before.run();
                        }
                        return super.setAutoRead(reads);
                    }
                };
            }
            return racing;
        }
    }

    @Test
    void strangerThatLeaves_whileTheLastPlaceIsTaken_opensTheGateAgain() {
        Listening listening = new Listening();
        listening.pipeline().addLast(new Gate(new EmbeddedChannel(), null, 2, 60, 60_000));
        Channel first = new EmbeddedChannel();
        listening.pipeline().fireChannelRead(first);
        listening.before = () -> Gate.arrived(first);

        listening.pipeline().fireChannelRead(new EmbeddedChannel());

        assertThat(listening.config().isAutoRead()).isTrue();
    }

    @Test
    void strangerThatIsHereLongest_makesRoomAfterAWhile() {
        Listening listening = new Listening();
        listening.pipeline().addLast(new Gate(new EmbeddedChannel(), null, 2, 60, 5));
        Channel first = new EmbeddedChannel();
        Channel second = new EmbeddedChannel();
        listening.pipeline().fireChannelRead(first);
        listening.pipeline().fireChannelRead(second);
        assertThat(first.isOpen()).isTrue();

        listening.advanceTimeBy(10, TimeUnit.MILLISECONDS);
        Awaitility.await().untilAsserted(() -> {
            listening.advanceTimeBy(10, TimeUnit.MILLISECONDS);
            listening.runScheduledPendingTasks();
            assertThat(first.isOpen()).isFalse();
        });

        assertThat(second.isOpen()).isTrue();
        assertThat(listening.config().isAutoRead()).isTrue();
    }

    @Test
    void clearText_isToldThatTlsIsSpokenHere() {
        EmbeddedChannel channel = new EmbeddedChannel(new ClearText());
        channel.writeInbound(Unpooled.copiedBuffer("GET /_ping HTTP/1.1\r\n", StandardCharsets.US_ASCII));
        ByteBuf answer = channel.readOutbound();
        assertThat(answer.toString(StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.0 400 Bad Request")
                .contains("Client sent an HTTP request to an HTTPS server.");
        assertThat(channel.isOpen()).isFalse();
        EmbeddedChannel secure = new EmbeddedChannel(new ClearText());
        secure.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1}));
        assertThat(secure.<ByteBuf>readInbound().readableBytes()).isEqualTo(3);
    }

    @Test
    void places_thatAreAllTaken_closeTheGateUntilOneIsFree() {
        Listening listening = new Listening();
        listening.pipeline().addLast(new Gate(new EmbeddedChannel(), null, 2, 60, 60_000));
        Channel first = new EmbeddedChannel();
        listening.pipeline().fireChannelRead(first);
        listening.pipeline().fireChannelRead(new EmbeddedChannel());

        assertThat(listening.config().isAutoRead()).isFalse();
        Gate.arrived(first);
        assertThat(listening.config().isAutoRead()).isTrue();
    }
}
