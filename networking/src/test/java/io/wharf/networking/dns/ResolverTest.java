package io.wharf.networking.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.dns.DnsRecordType;
import io.wharf.networking.dns.Wire.Answer;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is answered from the names of the networks, and what is not. */
class ResolverTest {
    private static final String NET = "net-1";
    private static final Client NOBODY = new Client() {
        @Override
        public boolean isTcp() {
            return false;
        }

        @Override
        public void answer(ByteBuf reply) {
            throw new IllegalStateException("not to be forwarded");
        }
    };

    private final Zones zones = new Zones();
    private Resolver resolver = resolver("asking", List.of());

    private Resolver resolver(String containerId, List<String> options) {
        // No servers: what would be asked on fails.
        Servers none = new Servers(List.of(), options, HostServersTest.none());
        return new Resolver(
                () -> zones.seenFrom(containerId), none, UnpooledByteBufAllocator.DEFAULT, new Forwarding(() -> {
                    throw new IllegalStateException("not to be forwarded");
                }));
    }

    private static Member member(String id, List<String> names, String... addresses) {
        return new Member(
                id, names, Stream.of(addresses).map(InetAddress::ofLiteral).toList(), Map.of(), true);
    }

    @BeforeEach
    void join() {
        zones.put(NET, "MyNet", member("asking", List.of("me"), "172.18.0.2"));
        zones.put(NET, "MyNet", member("web", List.of("Web-1", "www", "0123456789ab"), "172.18.0.3", "fd00::3"));
    }

    private Answer ask(String name, DnsRecordType type) {
        return Wire.read(Objects.requireNonNull(take(Wire.query(7, name, type), false)));
    }

    private @Nullable ByteBuf take(ByteBuf query, boolean tcp) {
        try {
            return resolver.take(query, () -> NOBODY, tcp);
        } finally {
            query.release();
        }
    }

    @Test
    void names_ofAllKinds_areFound() {
        for (String name :
                List.of("web-1", "WEB-1", "www", "0123456789ab", "web-1.mynet", "Web-1.MyNet.", "www.MYNET")) {
            Answer answer = ask(name, DnsRecordType.A);
            assertThat(answer.records()).as(name).containsExactly("172.18.0.3");
            assertThat(answer.ttls()).containsExactly(600L);
            assertThat(answer.id()).isEqualTo(7);
            assertThat(ask(name, DnsRecordType.AAAA).records()).containsExactly("fd00:0:0:0:0:0:0:3");
        }
    }

    @Test
    void knownName_withoutThatKind_isAnsweredWithNothing() {
        for (DnsRecordType type : List.of(
                DnsRecordType.AAAA, DnsRecordType.MX, DnsRecordType.TXT, DnsRecordType.SRV, DnsRecordType.PTR)) {
            Answer answer = ask("me", type);
            assertThat(answer.rcode()).as(type.name()).isZero();
            assertThat(answer.records()).isEmpty();
        }
    }

    @Test
    void unknownName_withNobodyToAsk_fails() {
        assertThat(ask("other", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(ask("web-1.othernet", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(ask("_http._tcp.web-1", DnsRecordType.SRV).rcode()).isEqualTo(Message.SERVER_FAILURE);
    }

    @Test
    void bareUnknownName_withNdots_isNoError() {
        resolver = resolver("asking", List.of("ndots:2"));
        assertThat(ask("other", DnsRecordType.A).rcode()).isZero();
        assertThat(ask("other.name", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
    }

    @Test
    void sharedName_hasAllAddresses_inChangingOrder() {
        IntStream.rangeClosed(1, 3)
                .forEach(i -> zones.put(NET, "MyNet", member("c" + i, List.of("c" + i, "service"), "172.18.1." + i)));
        Set<String> first = new HashSet<>();
        for (int i = 0; i < 200 && first.size() < 3; i++) {
            Answer answer = ask("service", DnsRecordType.A);
            assertThat(answer.records()).containsExactlyInAnyOrder("172.18.1.1", "172.18.1.2", "172.18.1.3");
            first.add(answer.records().getFirst());
        }
        assertThat(first).hasSize(3);
        zones.remove(NET, "c2");
        assertThat(ask("service", DnsRecordType.A).records()).containsExactlyInAnyOrder("172.18.1.1", "172.18.1.3");
        assertThat(ask("c2", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
    }

    @Test
    void moreThanFits_isTruncated_andWholeByTcp() {
        IntStream.rangeClosed(1, 100)
                .forEach(i -> zones.put(NET, "MyNet", member("c" + i, List.of("many"), "172.18.1." + i)));
        Answer small = ask("many", DnsRecordType.A);
        assertThat(small.truncated()).isTrue();
        assertThat(small.records()).hasSize((512 - 12 - 10) / 16);
        ByteBuf larger =
                Objects.requireNonNull(take(Wire.withSize(Wire.query(1, "many", DnsRecordType.A), 1232), false));
        assertThat(larger.readableBytes()).isLessThanOrEqualTo(1232).isGreaterThan(1200);
        assertThat(Wire.read(larger).truncated()).isTrue();
        Answer whole = Wire.read(Objects.requireNonNull(take(Wire.query(1, "many", DnsRecordType.A), true)));
        assertThat(whole.truncated()).isFalse();
        assertThat(whole.records()).hasSize(100);
    }

    @Test
    void addresses_haveTheContainersName() {
        assertThat(ask("3.0.18.172.in-addr.arpa", DnsRecordType.PTR).records()).containsExactly("Web-1.MyNet.");
        String six = Zone.reversed(InetAddress.ofLiteral("fd00::3"));
        assertThat(six).startsWith("3.0.0.0.0.").endsWith("0.0.d.f.ip6.arpa");
        assertThat(ask(six, DnsRecordType.PTR).records()).containsExactly("Web-1.MyNet.");
        assertThat(ask("9.0.18.172.in-addr.arpa", DnsRecordType.PTR).rcode()).isEqualTo(Message.SERVER_FAILURE);
    }

    @Test
    void addressWhoseNameIsNoneInDns_hasNone() {
        String label = "a".repeat(Message.LONGEST_LABEL);
        String longest = String.join(".", label, label, label, "a".repeat(55));
        for (String name : List.of(label + "a", "a..b", ".a", "ä".repeat(32), longest + "a")) {
            zones.put(NET, "MyNet", member("odd", List.of(name), "172.18.0.4"));
            Answer none = ask("4.0.18.172.in-addr.arpa", DnsRecordType.PTR);
            assertThat(none.rcode()).as(name).isEqualTo(Message.NO_SUCH_NAME);
            assertThat(none.records()).isEmpty();
        }
        zones.put(NET, "MyNet", member("odd", List.of(longest), "172.18.0.4"));
        assertThat(ask("4.0.18.172.in-addr.arpa", DnsRecordType.PTR).records()).containsExactly(longest + ".MyNet.");
    }

    @Test
    void renamed_isCalledOtherwiseAtOnce() {
        zones.put(NET, "MyNet", member("web", List.of("shop"), "172.18.0.3"));
        assertThat(ask("shop", DnsRecordType.A).records()).containsExactly("172.18.0.3");
        assertThat(ask("web-1", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(ask("3.0.18.172.in-addr.arpa", DnsRecordType.PTR).records()).containsExactly("shop.MyNet.");
    }

    @Test
    void link_isSeenByItsContainerOnly_andHidesTheName() {
        zones.put(NET, "MyNet", member("db", List.of("db"), "172.18.0.9"));
        zones.put(
                NET,
                "MyNet",
                new Member(
                        "asking",
                        List.of("me"),
                        List.of(InetAddress.ofLiteral("172.18.0.2")),
                        Map.of("DB", "Web-1", "store", "db"),
                        true));
        assertThat(ask("db", DnsRecordType.A).records()).containsExactly("172.18.0.3");
        assertThat(ask("store.mynet", DnsRecordType.A).records()).containsExactly("172.18.0.9");
        resolver = resolver("web", List.of());
        assertThat(ask("db", DnsRecordType.A).records()).containsExactly("172.18.0.9");
        assertThat(ask("store", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
    }

    @Test
    void names_ofOtherNetworks_areNotSeen() {
        zones.put("net-2", "other", member("hidden", List.of("hidden"), "172.19.0.2"));
        assertThat(ask("hidden", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
        zones.put("net-2", "other", member("asking", List.of("me"), "172.19.0.3"));
        assertThat(ask("hidden", DnsRecordType.A).records()).containsExactly("172.19.0.2");
        assertThat(ask("hidden.mynet", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(ask("me", DnsRecordType.A).records()).containsExactly("172.18.0.2");
        assertThat(ask("me.other", DnsRecordType.A).records()).containsExactly("172.19.0.3");
        zones.remove(NET, "asking");
        assertThat(ask("web-1", DnsRecordType.A).rcode()).isEqualTo(Message.SERVER_FAILURE);
        assertThat(ask("me", DnsRecordType.A).records()).containsExactly("172.19.0.3");
    }

    @Test
    void answersAndFragments_areNotAnswered() {
        ByteBuf answer = Unpooled.wrappedBuffer(Wire.answer(Wire.bytes(1, "web-1", DnsRecordType.A), 0, false, 1));
        assertThat(take(answer, false)).isNull();
        assertThat(take(Unpooled.wrappedBuffer(new byte[11]), false)).isNull();
        assertThat(take(Unpooled.EMPTY_BUFFER.retain(), false)).isNull();
    }

    @Test
    void queriesThatAreNone_areRefused() {
        ByteBuf none = Wire.query(1, "web-1", DnsRecordType.A).setShort(Message.QUESTIONS, 0);
        assertThat(rcode(none)).isEqualTo(Message.FORMAT_ERROR);
        ByteBuf two = Wire.query(1, "web-1", DnsRecordType.A).setShort(Message.QUESTIONS, 2);
        assertThat(rcode(two)).isEqualTo(Message.FORMAT_ERROR);
        ByteBuf update = Wire.query(1, "web-1", DnsRecordType.A).setShort(Message.FLAGS, 5 << 11);
        assertThat(rcode(update)).isEqualTo(Message.NOT_IMPLEMENTED);
        ByteBuf circle = Wire.query(1, "web-1", DnsRecordType.A).setShort(Message.HEADER_BYTES, 0xc00c);
        assertThat(rcode(circle)).isEqualTo(Message.FORMAT_ERROR);
        ByteBuf cut = Wire.query(1, "web-1", DnsRecordType.A);
        assertThat(rcode(cut.writerIndex(cut.writerIndex() - 3))).isEqualTo(Message.FORMAT_ERROR);
        ByteBuf longLabel = Wire.query(1, "web-1", DnsRecordType.A).setByte(Message.HEADER_BYTES, 64);
        assertThat(rcode(longLabel)).isEqualTo(Message.FORMAT_ERROR);
        ByteBuf longName = Unpooled.buffer().writeBytes(Wire.query(1, "", DnsRecordType.A), 0, Message.HEADER_BYTES);
        IntStream.range(0, 300).forEach(i -> longName.writeByte(1).writeByte('a'));
        assertThat(rcode(longName.writeByte(0).writeInt(0x10001))).isEqualTo(Message.FORMAT_ERROR);
    }

    private int rcode(ByteBuf query) {
        ByteBuf answer = Objects.requireNonNull(take(query, false));
        try {
            assertThat(answer.getUnsignedShort(0)).isEqualTo(1);
            return Message.rcode(answer);
        } finally {
            answer.release();
        }
    }

    @Test
    void noise_hurtsNobody() {
        Random random = new Random(11);
        for (int i = 0; i < 200_000; i++) {
            ByteBuf noise;
            if (i % 2 == 0) {
                byte[] bytes = new byte[random.nextInt(80)];
                random.nextBytes(bytes);
                noise = Unpooled.wrappedBuffer(bytes);
            } else {
                noise = Wire.withSize(Unpooled.copiedBuffer(SAMPLE), 4096);
                for (int n = random.nextInt(4); n >= 0; n--) {
                    noise.setByte(random.nextInt(noise.writerIndex()), random.nextInt());
                }
            }
            ByteBuf answer = take(noise, false);
            if (answer != null) {
                answer.release();
            }
        }
        assertThat(ask("web-1", DnsRecordType.A).records()).hasSize(1);
    }

    private static final byte[] SAMPLE = Wire.bytes(3, "web-1.mynet", DnsRecordType.A);
}
