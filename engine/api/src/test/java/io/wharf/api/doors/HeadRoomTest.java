package io.wharf.api.doors;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HeadRoomTest {
    private static final String HALF = "GET /x HTTP/1.1\r\nA: " + "a".repeat(400) + "\r\n";

    private final HeadRoom room = new HeadRoom(1000);

    @Test
    void headsThatDoNotEnd_makeRoomForOthers_theLongestFirst() {
        EmbeddedChannel first = connection();
        EmbeddedChannel second = connection();
        send(first, HALF);
        send(second, HALF);
        send(second, "B: b\r\n");
        assertThat(first.isOpen()).isTrue();

        EmbeddedChannel third = connection();
        send(third, HALF);

        assertThat(first.isOpen()).isFalse();
        assertThat(first.<ByteBuf>readOutbound().toString(StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.1 408 ")
                .contains("unfinished requests");
        assertThat(second.isOpen()).isTrue();
        assertThat(third.isOpen()).isTrue();
    }

    @Test
    void wholeRequests_theirBodiesAndRawStreams_areNotHeld() {
        EmbeddedChannel body = connection();
        send(body, "POST /x HTTP/1.1\r\nContent-Length: 9000\r\n\r\n");
        send(body, "b".repeat(8000));
        EmbeddedChannel raw = connection();
        send(raw, "POST /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
        raw.pipeline().remove("httpDecoder");
        send(raw, "r".repeat(8000));
        EmbeddedChannel gone = connection();
        send(gone, HALF + HALF);
        gone.close();
        EmbeddedChannel whole = connection();
        for (int i = 0; i < 10; i++) {
            send(whole, HALF + "\r\n");
            answer(whole);
        }
        EmbeddedChannel waiting = connection();
        send(waiting, HALF + "\r\n");
        for (int i = 0; i < 10; i++) {
            EmbeddedChannel other = connection();
            send(other, HALF + "\r\n");
            answer(other);
        }
        assertThat(waiting.isOpen()).isTrue();

        assertThat(body.isOpen()).isTrue();
        assertThat(raw.isOpen()).isTrue();
    }

    /** By an endless answer, or in what follows a body, as much memory could be taken as by a first head. */
    @Test
    void headsBehindRequests_andBehindBodies_areCountedToo() {
        EmbeddedChannel answering = connection();
        send(answering, HALF + "\r\n" + HALF + "B: " + "b".repeat(400) + "\r\n");
        EmbeddedChannel answeringLater = connection();
        send(answeringLater, HALF + "\r");
        send(answeringLater, "\n" + HALF);
        assertThat(answering.isOpen()).isFalse();
        // Words would stand amid the answer.
        assertThat(answering.<ByteBuf>readOutbound()).isNull();

        EmbeddedChannel trailing = connection();
        send(trailing, "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: " + "a".repeat(400));
        send(trailing, "b".repeat(400) + "\r\n");
        assertThat(answeringLater.isOpen()).isFalse();
        assertThat(trailing.isOpen()).isTrue();
        send(trailing, "C: " + "c".repeat(400));
        assertThat(trailing.isOpen()).isFalse();
    }

    @Test
    void closedConnection_letsGoOfItsHead_beforeItIsTakenApart() {
        EmbeddedChannel closed = connection();
        send(closed, HALF);
        HttpRequestDecoder[] decoder = {closed.pipeline().get(HttpRequestDecoder.class)};
        closed.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelInactive(ChannelHandlerContext context) {
                decoder[0] = context.pipeline().get(HttpRequestDecoder.class);
            }
        });
        assertThat(decoder[0]).isNotNull();
        closed.close();
        assertThat(decoder[0]).isNull();
    }

    private EmbeddedChannel connection() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast("httpDecoder", new HttpRequestDecoder());
        channel.pipeline().addLast("httpEncoder", new HttpResponseEncoder());
        room.watch(channel);
        return channel;
    }

    private static void answer(EmbeddedChannel channel) {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
    }

    private static void send(EmbeddedChannel channel, String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }
}
