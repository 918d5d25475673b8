package io.wharf.api;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.wharf.contracts.Feed;
import io.wharf.streams.ChunkedReader;

/**
 * Writes a feed's messages as they come; a client that does not keep up goes without some.
 *
 * <p>On HTTP/1.1 they go past the codec, for all readers the same bytes; the codec writes the head before them and the
 * end after.
 */
final class WriteMessages {
    private WriteMessages() {}

    static void start(Call call, Feed feed) {
        HttpServerResponse response = call.request().response();
        EventExecutor loop = ((ConnectionBase) call.request().connection())
                .channelHandlerContext()
                .executor();
        Runnable end = () -> {
            if (!response.closed()) {
                response.end();
            }
            call.answered();
        };
        WriteReply.head(response, Reply.JSON);
        ChannelHandlerContext encoder = encoder(call);
        Feed.Reader reader = encoder == null ? new ThroughCodec(response, loop, end) : new ChunkedReader(encoder, end);
        call.onLeave(() -> feed.leave(reader));
        feed.join(reader);
    }

    private static @org.jspecify.annotations.Nullable ChannelHandlerContext encoder(Call call) {
        return call.request().version() == HttpVersion.HTTP_1_1
                ? ((ConnectionBase) call.request().connection())
                        .channelHandlerContext()
                        .pipeline()
                        .context("httpEncoder")
                : null;
    }

    /** For other versions, whose messages have another frame. */
    private record ThroughCodec(HttpServerResponse response, EventExecutor loop, Runnable onEnd)
            implements Feed.Reader {
        @Override
        public void take(Feed.Message message) {
            if (!response.closed() && !response.writeQueueFull()) {
                response.write(Buffer.buffer(ByteBufUtil.getBytes(message.body())));
            }
        }

        @Override
        public void end() {
            onEnd.run();
        }
    }
}
