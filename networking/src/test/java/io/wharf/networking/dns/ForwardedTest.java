package io.wharf.networking.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.dns.DnsRecordType;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.wharf.linux.EventLoops;
import io.wharf.linux.NamespaceSockets;
import io.wharf.linux.Netlink;
import io.wharf.networking.dns.Wire.Answer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which servers are asked, when, and whose answer counts. */
class ForwardedTest {
    private static final int PORT = 5353;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Waits SHORT = new Waits(150, 250, 400 * MILLI, 200 * MILLI, 400 * MILLI);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final Context context = vertx.getOrCreateContext();
    private final NamespaceSockets sockets = new NamespaceSockets();
    private final List<FakeServer> running = new ArrayList<>();
    private final Forwarding forwarding = new Forwarding(() -> EventLoops.of(context));
    private Servers servers = servers();

    @BeforeEach
    void bringUpLoopback() {
        try (Netlink here = Netlink.open()) {
            here.up(1);
        }
    }

    @AfterEach
    void end() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        context.runOnContext(turn -> {
            servers.close();
            closed.complete(null);
        });
        closed.get(5, TimeUnit.SECONDS);
        running.forEach(FakeServer::close);
        sockets.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private FakeServer serve(String address, java.util.function.Function<byte[], byte[]> says) {
        FakeServer server = new FakeServer(address, PORT, says::apply).start();
        running.add(server);
        return server;
    }

    private FakeServer silent(String address) {
        FakeServer server = new FakeServer(address, PORT, FakeServer.SILENT).start();
        running.add(server);
        return server;
    }

    private Servers servers(String... addresses) {
        Outlet here = new Outlet(context, sockets, "");
        return new Servers(
                Stream.of(addresses)
                        .map(address -> new Upstream(InetAddress.ofLiteral(address), PORT, here, SHORT))
                        .toList(),
                List.of("x"),
                HostServersTest.none());
    }

    private record Timed(Answer answer, long millis) {}

    private Timed ask(boolean tcp, ByteBuf query) throws Exception {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Client client = new Client() {
            @Override
            public boolean isTcp() {
                return tcp;
            }

            @Override
            public void answer(ByteBuf reply) {
                answer.complete(Wire.read(reply));
            }
        };
        Zones nothing = new Zones();
        Resolver resolver = new Resolver(() -> nothing.seenFrom("x"), servers, ByteBufAllocator.DEFAULT, forwarding);
        long begun = System.nanoTime();
        context.runOnContext(turn -> {
            ByteBuf own = resolver.take(query, () -> client, tcp);
            query.release();
            if (own != null) {
                answer.complete(Wire.read(own));
            }
        });
        Answer heard = answer.get(10, TimeUnit.SECONDS);
        assertThat(heard.id()).isEqualTo(99);
        return new Timed(heard, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private Timed ask() throws Exception {
        return ask(false, Wire.query(99, "Example.org", DnsRecordType.A));
    }

    /** The quickest of some answers, each from servers of whom nothing is known: the machine may be busy. */
    private Timed quickest(String... addresses) throws Exception {
        Timed best = null;
        for (int i = 0; i < 5; i++) {
            servers = servers(addresses);
            Timed next = ask();
            best = best == null || next.millis < best.millis ? next : best;
        }
        return java.util.Objects.requireNonNull(best);
    }

    @Test
    void firstServer_isAsked_andNobodyElse() throws Exception {
        FakeServer first = serve("127.1.0.1", q -> Wire.answer(q, 0, false, 1));
        FakeServer second = serve("127.1.0.2", q -> Wire.answer(q, 0, false, 2));
        servers = servers("127.1.0.1", "127.1.0.2");
        for (int i = 0; i < 50; i++) {
            assertThat(ask().answer().records()).containsExactly("10.0.0.1");
        }
        assertThat(first.asked).hasValue(50);
        assertThat(second.asked).hasValue(0);
    }

    @Test
    void deadServer_costsTheFirstCallerLittle_andTheNextNothing() throws Exception {
        FakeServer dead = silent("127.1.0.1");
        serve("127.1.0.2", q -> Wire.answer(q, 0, false, 2));
        servers = servers("127.1.0.1", "127.1.0.2");
        Timed first = ask();
        assertThat(first.answer().records()).hasSize(2);
        assertThat(first.millis()).isBetween(100L, 3000L);
        for (int i = 0; i < 20; i++) {
            assertThat(ask().answer().records()).hasSize(2);
        }
        assertThat(dead.asked.get()).isBetween(1, 5);
        // It is tried along, at nobody's cost, and is the first again when it answers.
        dead.byUdp = q -> Wire.answer(q, 0, false, 1);
        await().atMost(15, TimeUnit.SECONDS).until(() -> {
            Timed next = ask();
            return next.answer().records().size() == 1
                    && ask().answer().records().size() == 1;
        });
    }

    @Test
    void serverThatRefusesOrFails_isPassedAtOnce() throws Exception {
        serve("127.1.0.1", q -> Wire.answer(q, Message.SERVER_FAILURE, false, 0));
        serve("127.1.0.2", q -> Wire.answer(q, Message.REFUSED, false, 0));
        serve("127.1.0.3", q -> Wire.answer(q, 0, false, 3));
        Timed answered = quickest("127.1.0.1", "127.1.0.2", "127.1.0.3");
        assertThat(answered.answer().records()).hasSize(3);
        assertThat(answered.millis()).isLessThan(120);
    }

    @Test
    void portWhereNobodyListens_isPassedAtOnce() throws Exception {
        serve("127.1.0.2", q -> Wire.answer(q, 0, false, 2));
        Timed answered = quickest("127.1.0.1", "127.1.0.2");
        assertThat(answered.answer().records()).hasSize(2);
        assertThat(answered.millis()).isLessThan(120);
    }

    @Test
    void serverWithoutAWayToIt_isPassedAtOnce() throws Exception {
        serve("127.1.0.2", q -> Wire.answer(q, 0, false, 2));
        Timed answered = quickest("192.0.2.1", "127.1.0.2");
        assertThat(answered.answer().records()).hasSize(2);
        assertThat(answered.millis()).isLessThan(120);
        Timed failed = quickest("192.0.2.1");
        assertThat(failed.answer().rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(failed.millis()).isLessThan(120);
        assertThat(ask(true, Wire.query(99, "example.org", DnsRecordType.A))
                        .answer()
                        .rcode())
                .isEqualTo(Message.SERVER_FAILURE);
    }

    @Test
    void laterNo_waitsForTheFirst() throws Exception {
        serve("127.1.0.1", q -> slowly(Wire.answer(q, 0, false, 1)));
        serve("127.1.0.2", q -> Wire.answer(q, Message.NO_SUCH_NAME, false, 0));
        servers = servers("127.1.0.1", "127.1.0.2");
        assertThat(ask().answer().records()).hasSize(1);
    }

    @Test
    void laterNo_doesNotCount_whenThePacketToTheFirstIsLost() throws Exception {
        FakeServer first = silent("127.1.0.1");
        serve("127.1.0.2", q -> Wire.answer(q, Message.NO_SUCH_NAME, false, 0));
        servers = servers("127.1.0.1", "127.1.0.2");
        assertThat(ask().answer().rcode()).isEqualTo(Message.NO_SUCH_NAME);
        // The first stands last now, and yet its word is waited for.
        first.byUdp = q -> Wire.answer(q, 0, false, 1);
        Timed next = ask();
        assertThat(next.answer().records()).hasSize(1);
        assertThat(first.asked).hasValue(2);
        assertThat(ask().answer().records()).hasSize(1);
    }

    @Test
    void laterNo_waitsForAllThatAreNamedBefore() throws Exception {
        FakeServer first = silent("127.1.0.1");
        serve("127.1.0.2", q -> Wire.answer(q, Message.NO_SUCH_NAME, false, 0));
        serve("127.1.0.3", q -> Wire.answer(q, Message.NO_SUCH_NAME, false, 0));
        servers = servers("127.1.0.1", "127.1.0.2", "127.1.0.3");
        assertThat(ask().answer().rcode()).isEqualTo(Message.NO_SUCH_NAME);
        first.byUdp = q -> Wire.answer(q, 0, false, 1);
        assertThat(ask().answer().records()).hasSize(1);
        // One that fails is waited for no longer.
        first.byUdp = q -> Wire.answer(q, Message.SERVER_FAILURE, false, 0);
        assertThat(ask().answer().rcode()).isEqualTo(Message.NO_SUCH_NAME);
    }

    @Test
    void deadServer_holdsNoNoForLong_untilItAnswersAgain() throws Exception {
        FakeServer first = silent("127.1.0.1");
        serve("127.1.0.2", q -> Wire.answer(q, Message.NO_SUCH_NAME, false, 0));
        servers = servers("127.1.0.1", "127.1.0.2");
        await().atMost(8, TimeUnit.SECONDS).until(() -> ask().millis() < 100);
        first.byUdp = q -> Wire.answer(q, 0, false, 1);
        await().atMost(5, TimeUnit.SECONDS).until(() -> ask().answer().records().size() == 1);
    }

    /** A server whose lateness is what is tried: nothing is waited for. */
    private static byte[] slowly(byte[] answer) {
        try {
            Thread.sleep(SHORT.hedgeMillis() + 100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return answer;
    }

    @Test
    void no_isAnAnswer() throws Exception {
        serve("127.1.0.1", q -> Wire.answer(q, Message.NO_SUCH_NAME, false, 0));
        FakeServer second = serve("127.1.0.2", q -> Wire.answer(q, 0, false, 2));
        servers = servers("127.1.0.1", "127.1.0.2");
        assertThat(ask().answer().rcode()).isEqualTo(Message.NO_SUCH_NAME);
        assertThat(second.asked).hasValue(0);
    }

    @Test
    void nobodyAnswers_failsInTime() throws Exception {
        silent("127.1.0.1");
        serve("127.1.0.2", q -> Wire.answer(q, Message.SERVER_FAILURE, false, 0));
        servers = servers("127.1.0.1", "127.1.0.2");
        Timed failed = ask();
        assertThat(failed.answer().rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(failed.millis()).isLessThan(2000);
    }

    @Test
    void forgedReply_isNotTaken() throws Exception {
        serve("127.1.0.1", q -> {
            byte[] forged = Wire.bytes(0, "evil.example", DnsRecordType.A);
            forged[0] = q[0];
            forged[1] = q[1];
            return Wire.answer(forged, 0, false, 1);
        });
        serve("127.1.0.2", q -> Wire.answer(q, 0, false, 2));
        servers = servers("127.1.0.1", "127.1.0.2");
        assertThat(ask().answer().records()).hasSize(2);
    }

    @Test
    void truncatedAnswer_isFetchedByTcp_asMuchAsFits() throws Exception {
        FakeServer server = serve("127.1.0.1", q -> Wire.answer(q, 0, true, 0));
        server.byTcp = q -> Wire.answer(q, 0, false, 60);
        servers = servers("127.1.0.1");
        Answer plain = ask().answer();
        assertThat(plain.truncated()).isTrue();
        assertThat(plain.records()).hasSize((512 - 12 - 17) / 16);
        Answer large = ask(false, Wire.withSize(Wire.query(99, "example.org", DnsRecordType.A), 1232))
                .answer();
        assertThat(large.truncated()).isFalse();
        assertThat(large.records()).hasSize(60);
        assertThat(server.askedByTcp).hasValue(2);
        // Where TCP leads nowhere, the caller shall try itself.
        server.byTcp = q -> null;
        assertThat(ask().answer().truncated()).isTrue();
    }

    @Test
    void callerByTcp_isAskedOnByTcp() throws Exception {
        FakeServer server = serve("127.1.0.1", q -> Wire.answer(q, 0, false, 1000));
        servers = servers("127.1.0.9", "127.1.0.1");
        Answer whole = ask(true, Wire.query(99, "example.org", DnsRecordType.A)).answer();
        assertThat(whole.records()).hasSize(1000);
        assertThat(server.asked).hasValue(0);
        assertThat(server.askedByTcp).hasValue(1);
    }

    @Test
    void tooMany_areRefused_andTheRestAnswered() throws Exception {
        FakeServer server = silent("127.1.0.1");
        servers = servers("127.1.0.1");
        Zones nothing = new Zones();
        Resolver resolver = new Resolver(() -> nothing.seenFrom("x"), servers, ByteBufAllocator.DEFAULT, forwarding);
        List<Integer> codes = new java.util.concurrent.CopyOnWriteArrayList<>();
        context.runOnContext(turn -> {
            for (int i = 0; i < Allowance.MOST_QUESTIONS + 10; i++) {
                ByteBuf query = Wire.query(99, "example.org", DnsRecordType.A);
                ByteBuf own = resolver.take(query, () -> new Counting(codes, false), false);
                query.release();
                if (own != null) {
                    codes.add(Wire.read(own).rcode());
                }
            }
        });
        await().atMost(3, TimeUnit.SECONDS).until(() -> codes.size() == 10);
        assertThat(codes).containsOnly(Message.REFUSED);
        await().atMost(10, TimeUnit.SECONDS).until(() -> codes.size() == Allowance.MOST_QUESTIONS + 10);
        server.byUdp = FakeServer.says(0, 1);
        assertThat(ask().answer().records()).hasSize(1);
    }

    @Test
    void oneThatAsksMuch_leavesRoomForOthers() throws Exception {
        List<Allowance> greedy = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Allowance each = new Allowance(forwarding);
            greedy.add(each);
            for (int n = 0; n < Allowance.MOST_QUESTIONS; n++) {
                each.takeQuestion();
            }
        }
        Allowance modest = new Allowance(forwarding);
        for (int n = 0; n < 10; n++) {
            assertThat(modest.takeQuestion()).isTrue();
        }
        for (int n = 0; n < 10; n++) {
            modest.giveQuestion();
        }
        assertThat(greedy.getFirst().takeQuestion()).isFalse();
    }

    @Test
    void questionsByTcp_areBounded_andFreedAgain() throws Exception {
        FakeServer server = silent("127.1.0.1");
        servers = servers("127.1.0.1");
        List<Integer> codes = new java.util.concurrent.CopyOnWriteArrayList<>();
        Resolver resolver =
                new Resolver(() -> new Zones().seenFrom("x"), servers, ByteBufAllocator.DEFAULT, forwarding);
        for (int round = 1; round <= 2; round++) {
            int more = 10;
            int all = round * (Allowance.MOST_STREAMS + more);
            context.runOnContext(turn -> {
                for (int i = 0; i < Allowance.MOST_STREAMS + more; i++) {
                    ByteBuf query = Wire.query(99, "example.org", DnsRecordType.A);
                    ByteBuf own = resolver.take(query, () -> new Counting(codes, true), true);
                    query.release();
                    if (own != null) {
                        codes.add(Wire.read(own).rcode());
                    }
                }
            });
            await().atMost(5, TimeUnit.SECONDS).until(() -> codes.size() == all);
            assertThat(codes.stream().filter(code -> code == Message.REFUSED)).hasSize(round * more);
        }
        assertThat(server.asked).hasValue(0);
    }

    private record Counting(List<Integer> codes, boolean isTcp) implements Client {

        @Override
        public void answer(ByteBuf reply) {
            codes.add(Wire.read(reply).rcode());
        }
    }
}
