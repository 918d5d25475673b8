package io.wharf.networking.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryEncoder;
import io.netty.handler.codec.dns.DatagramDnsResponseDecoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Messages as another implementation writes and reads them: Netty's codec, our second opinion. */
final class Wire {
    private static final InetSocketAddress SOMEWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 53);

    private Wire() {}

    /** What an answer says; addresses and names as text, in their order. */
    record Answer(int id, int rcode, boolean truncated, List<String> records, List<Long> ttls) {}

    static ByteBuf query(int id, String name, DnsRecordType type) {
        EmbeddedChannel encoder = new EmbeddedChannel(new DatagramDnsQueryEncoder());
        DatagramDnsQuery query = new DatagramDnsQuery(null, SOMEWHERE, id);
        query.setRecursionDesired(true);
        query.setRecord(DnsSection.QUESTION, new DefaultDnsQuestion(name, type));
        encoder.writeOutbound(query);
        DatagramPacket packet = encoder.readOutbound();
        return packet.content();
    }

    static byte[] bytes(int id, String name, DnsRecordType type) {
        return bytes(query(id, name, type));
    }

    static byte[] bytes(ByteBuf message) {
        byte[] bytes = new byte[message.readableBytes()];
        message.readBytes(bytes).release();
        return bytes;
    }

    /** The query with an OPT record that names a size. */
    static ByteBuf withSize(ByteBuf query, int size) {
        ByteBuf larger = Unpooled.buffer().writeBytes(query);
        query.release();
        larger.setShort(Message.ADDITIONALS, 1);
        return larger.writeByte(0).writeShort(Message.OPT).writeShort(size).writeZero(6);
    }

    static Answer read(byte[] answer) {
        return read(Unpooled.wrappedBuffer(answer));
    }

    /** Reads an answer and lets it go. */
    static Answer read(ByteBuf answer) {
        EmbeddedChannel decoder = new EmbeddedChannel(new DatagramDnsResponseDecoder());
        decoder.writeInbound(new DatagramPacket(answer, SOMEWHERE, SOMEWHERE));
        DnsResponse response = decoder.readInbound();
        try {
            List<String> records = new ArrayList<>();
            List<Long> ttls = new ArrayList<>();
            for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
                DnsRecord record = response.recordAt(DnsSection.ANSWER, i);
                records.add(text(record));
                ttls.add(record.timeToLive());
            }
            return new Answer(response.id(), response.code().intValue(), response.isTruncated(), records, ttls);
        } finally {
            response.release();
        }
    }

    private static String text(DnsRecord record) {
        if (record instanceof DnsPtrRecord pointer) {
            return pointer.hostname();
        }
        ByteBuf content = ((DnsRawRecord) record).content();
        if (record.type().equals(DnsRecordType.A) || record.type().equals(DnsRecordType.AAAA)) {
            byte[] address = new byte[content.readableBytes()];
            content.readBytes(address);
            try {
                return InetAddress.getByAddress(address).getHostAddress();
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }
        return DefaultDnsRecordDecoder.decodeName(content);
    }

    /** An answer to a query with so many addresses, 10.0.0.1 and on. */
    static byte[] answer(byte[] query, int rcode, boolean truncated, int addresses) {
        ByteBuf message = Unpooled.copiedBuffer(query);
        int end = Message.endOfName(message, Message.HEADER_BYTES) + 4;
        ByteBuf answer = Unpooled.buffer().writeBytes(message, 0, end);
        answer.setShort(Message.FLAGS, Message.RESPONSE | (truncated ? Message.TRUNCATED : 0) | rcode);
        answer.setShort(Message.ANSWERS, addresses);
        answer.setShort(Message.ADDITIONALS, 0);
        for (int i = 1; i <= addresses; i++) {
            answer.writeShort(0xc00c).writeShort(1).writeShort(1).writeInt(60).writeShort(4);
            answer.writeInt(10 << 24 | i);
        }
        return bytes(answer);
    }
}
