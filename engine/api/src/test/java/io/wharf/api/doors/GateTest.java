package io.wharf.api.doors;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
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
        listening.pipeline().addLast(new Gate(new EmbeddedChannel(), null, 2, 60));
        Channel first = new EmbeddedChannel();
        listening.pipeline().fireChannelRead(first);
        listening.before = () -> Gate.arrived(first);

        listening.pipeline().fireChannelRead(new EmbeddedChannel());

        assertThat(listening.config().isAutoRead()).isTrue();
    }

    @Test
    void places_thatAreAllTaken_closeTheGateUntilOneIsFree() {
        Listening listening = new Listening();
        listening.pipeline().addLast(new Gate(new EmbeddedChannel(), null, 2, 60));
        Channel first = new EmbeddedChannel();
        listening.pipeline().fireChannelRead(first);
        listening.pipeline().fireChannelRead(new EmbeddedChannel());

        assertThat(listening.config().isAutoRead()).isFalse();
        Gate.arrived(first);
        assertThat(listening.config().isAutoRead()).isTrue();
    }
}
