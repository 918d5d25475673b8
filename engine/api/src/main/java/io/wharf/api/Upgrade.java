package io.wharf.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import io.wharf.base.WharfException;
import io.wharf.contracts.Duplex;
import io.wharf.streams.RawBytes;
import io.wharf.streams.StdFrames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection that leaves HTTP and becomes a raw stream in both ways.
 *
 * <pre>
 *   take ──▶ holding ──answer──▶ streaming ──output ends──▶ lingering ──▶ closed
 *               └────refuse────▶ (an HTTP error, and the end) ──▶ ┘
 * </pre>
 *
 * <p>It stands before Vert.x's own handler in the pipeline and takes the HTTP codec out, in the same turn in which the
 * last byte of the request was read: bytes that the client sent early are then its first, and are held until the answer.
 * Reading is allowed to end alone, for clients close their half to end standard input. All methods run on the
 * connection's event loop.
 */
final class Upgrade extends ChannelInboundHandlerAdapter {
    /** How long a client that was sent all of its output may take to close, while its input is read and dropped. */
    private static final long LINGER_MILLIS = 5_000;

    /** Tests have less patience. */
    static long lingerMillis = LINGER_MILLIS;

    private static final WriteBufferWaterMark QUEUE = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private enum State {
        HOLDING,
        STREAMING,
        LINGERING,
        CLOSED
    }

    private final ChannelHandlerContext context;
    private final boolean asked;
    private final Map<String, String> headers;
    private final Deque<ByteBuf> held = new ArrayDeque<>();
    private State state = State.HOLDING;
    private boolean inputEnded;
    private boolean inputBroken;
    private boolean outputPaused;
    private boolean flushDue;
    private boolean announced;
    private @Nullable Duplex streams;

    private Upgrade(ChannelHandlerContext vertx, boolean asked, Map<String, String> headers) {
        this.asked = asked;
        this.headers = headers;
        ChannelPipeline pipeline = vertx.pipeline();
        pipeline.addBefore(vertx.name(), "raw", this);
        context = pipeline.context(this);
    }

    /** Takes the connection of a request that has been read to its end; called in its end handler. */
    static Upgrade take(HttpServerRequest request, Map<String, String> headers) {
        ChannelHandlerContext vertx = ((ConnectionBase) request.connection()).channelHandlerContext();
        vertx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        vertx.channel().config().setWriteBufferWaterMark(QUEUE);
        vertx.channel().config().setAutoRead(false);
        Upgrade upgrade = new Upgrade(vertx, request.headers().contains("Upgrade"), headers);
        // The decoder hands on what it has read beyond the request, to this handler.
        vertx.pipeline().remove("httpDecoder");
        vertx.pipeline().remove("httpEncoder");
        return upgrade;
    }

    /** Answers with the streams, or, where the handler had none to give, with the end of the connection. */
    void answer(Call of, Reply reply) {
        switch (reply) {
            case Reply.Raw(Duplex duplex, boolean tty) -> start(of, duplex, tty);
            case Reply.RawFailure(String message, boolean tty) -> {
                head(of, tty);
                ByteBuf text = Unpooled.wrappedBuffer((message + "\r\n").getBytes(StandardCharsets.UTF_8));
                context.write(tty ? text : StdFrames.frame(context.alloc(), StdFrames.STDOUT, text));
                outputEnded();
            }
            case Reply.Empty(int status) -> whole(status, new byte[0]);
            case Reply.Json(int status, Object body) ->
                whole(status, WriteReply.line(body).getBytes());
            case Reply.Head head -> whole(head.status(), new byte[0]);
            case Reply.Text text -> whole(text.status(), text.body().getBytes());
            case Reply.Promised promised -> throw new IllegalStateException("a hijack does not wait");
            case Reply.Bytes bytes -> throw new IllegalStateException("a hijack is no body");
            case Reply.Lines lines -> throw new IllegalStateException("a hijack is no body");
            case Reply.EventLines events -> throw new IllegalStateException("a hijack is no body");
            case Reply.Messages messages -> throw new IllegalStateException("a hijack is no body");
            case Reply.WebSocket socket -> throw new IllegalStateException("a hijack is no WebSocket");
            case Reply.SocketEvents socket -> throw new IllegalStateException("a hijack is no WebSocket");
        }
    }

    /** Answers with an error; the connection ends with it. */
    void refuse(WharfException failure) {
        whole(
                failure.kind().httpStatus(),
                WriteReply.line(Refusals.body(failure)).getBytes());
    }

    private void whole(int status, byte[] body) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(HttpResponseStatus.valueOf(status).reasonPhrase())
                .append(body.length == 0 ? "" : "\r\nContent-Type: application/json")
                .append("\r\nConnection: close\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n");
        context.write(ended(head));
        context.write(Unpooled.wrappedBuffer(body));
        outputEnded();
    }

    private ByteBuf ended(StringBuilder head) {
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return Unpooled.copiedBuffer(head.append("\r\n"), StandardCharsets.ISO_8859_1);
    }

    /** Sends the head now; what the stream says comes later. */
    void announce(Call of, boolean tty) {
        onLoop(() -> {
            head(of, tty);
            context.flush();
        });
    }

    private void head(Call of, boolean tty) {
        if (announced) {
            return;
        }
        announced = true;
        boolean multiplexed = asked && !tty && of.version().atLeast(42);
        StringBuilder head = new StringBuilder(asked ? "HTTP/1.1 101 UPGRADED\r\n" : "HTTP/1.1 200 OK\r\n")
                .append("Content-Type: application/vnd.docker.")
                .append(multiplexed ? "multiplexed" : "raw")
                .append("-stream\r\n");
        if (asked) {
            head.append("Connection: Upgrade\r\nUpgrade: tcp\r\n");
        }
        context.write(ended(head));
    }

    private void start(Call of, Duplex duplex, boolean tty) {
        if (state == State.CLOSED) {
            duplex.close();
            return;
        }
        streams = duplex;
        state = State.STREAMING;
        head(of, tty);
        context.flush();
        WriteStream<Buffer> input = duplex.input();
        input.exceptionHandler(broken -> inputBroken = true);
        input.drainHandler(drained -> context.channel().config().setAutoRead(true));
        held.forEach(bytes -> toInput(input, bytes));
        held.clear();
        if (inputEnded) {
            input.end();
        }
        ReadStream<Buffer> output = duplex.output();
        output.exceptionHandler(broken -> onLoop(this::outputEnded));
        output.endHandler(end -> onLoop(this::outputEnded));
        if (output instanceof RawBytes raw) {
            raw.rawHandler(bytes -> onLoop(() -> toClient(bytes)));
        } else {
            output.handler(bytes -> onLoop(() -> toClient(((BufferInternal) bytes).getByteBuf())));
        }
        if (!input.writeQueueFull()) {
            context.channel().config().setAutoRead(true);
        }
    }

    private void onLoop(Runnable action) {
        if (context.executor().inEventLoop()) {
            action.run();
        } else {
            context.executor().execute(action);
        }
    }

    private void toClient(ByteBuf bytes) {
        if (state != State.STREAMING || streams == null) {
            bytes.release();
            return;
        }
        context.write(bytes, context.voidPromise());
        if (!context.channel().isWritable()) {
            outputPaused = true;
            streams.output().pause();
            context.flush();
        } else if (!flushDue) {
            // One flush for all that comes in this turn.
            flushDue = true;
            context.executor().execute(() -> {
                flushDue = false;
                context.flush();
            });
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (outputPaused && streams != null && changed.channel().isWritable()) {
            outputPaused = false;
            streams.output().resume();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext reader, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        switch (state) {
            case HOLDING -> held.add(bytes);
            case STREAMING -> {
                if (streams != null) {
                    toInput(streams.input(), bytes);
                }
            }
            case LINGERING, CLOSED -> bytes.release();
        }
    }

    private void toInput(WriteStream<Buffer> input, ByteBuf bytes) {
        if (!inputBroken) {
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            input.write(Buffer.buffer(copy)).onFailure(broken -> inputBroken = true);
            if (!inputBroken && input.writeQueueFull()) {
                context.channel().config().setAutoRead(false);
                // The queue may have drained between the two, on another thread.
                if (!input.writeQueueFull()) {
                    context.channel().config().setAutoRead(true);
                }
            }
        }
        bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext reader, Object event) {
        if ((event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) && !inputEnded) {
            inputEnded = true;
            switch (state) {
                case HOLDING, CLOSED -> {}
                case STREAMING -> {
                    if (streams != null) {
                        streams.input().end();
                    }
                }
                case LINGERING -> context.close();
            }
        }
    }

    /**
     * The output is complete: this half is closed, and the connection when the client has closed its own. Closed at once,
     * unread input would turn the client's last reads into an error.
     */
    private void outputEnded() {
        if (state == State.LINGERING || state == State.CLOSED) {
            return;
        }
        state = State.LINGERING;
        releaseHeld();
        context.channel().config().setAutoRead(true);
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) flushed -> {
            if (inputEnded || !flushed.isSuccess() || !(flushed.channel() instanceof DuplexChannel duplex)) {
                context.close();
            } else {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                if (tls == null) {
                    duplex.shutdownOutput();
                } else {
                    // An end that is not said in TLS is a fault to the client.
                    tls.closeOutbound();
                }
                // Counted from here: a client may take its time to read what was written, as its user's pager does.
                context.executor().schedule(() -> context.close(), lingerMillis, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void releaseHeld() {
        held.forEach(ByteBuf::release);
        held.clear();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext reader) {
        // Not for Vert.x, which saw none of what was read.
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext broken, Throwable cause) {
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        state = State.CLOSED;
        releaseHeld();
        if (streams != null) {
            streams.close();
        }
        closed.fireChannelInactive();
    }
}
