package io.wharf.networking.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The addresses of a name, as the records that answer a question for it: each whole, its name being the question's. */
final class Addresses {
    /** As Docker's. */
    static final int TTL_SECONDS = 600;

    static final int NAME_OF_QUESTION = (Message.POINTER << Byte.SIZE) | Message.HEADER_BYTES;
    private static final int V4_BYTES = 4;
    private static final int HEAD_BYTES = 12;

    private final byte[][] v4;
    private final byte[][] v6;

    private Addresses(byte[][] v4, byte[][] v6) {
        this.v4 = v4;
        this.v6 = v6;
    }

    static Addresses of(List<InetAddress> addresses) {
        List<byte[]> four = new ArrayList<>(1);
        List<byte[]> six = new ArrayList<>(1);
        for (InetAddress address : addresses) {
            byte[] bytes = address.getAddress();
            if (bytes.length == V4_BYTES) {
                four.add(record(Message.A, bytes));
            } else {
                six.add(record(Message.AAAA, bytes));
            }
        }
        return new Addresses(four.toArray(byte[][]::new), six.toArray(byte[][]::new));
    }

    /** A records; for reading only. */
    byte[][] v4() {
        return v4;
    }

    /** AAAA records likewise. */
    byte[][] v6() {
        return v6;
    }

    private static byte[] record(int type, byte[] address) {
        byte[] record = new byte[HEAD_BYTES + address.length];
        put(record, 0, NAME_OF_QUESTION);
        put(record, 2, type);
        put(record, 4, Message.INTERNET);
        put(record, 8, TTL_SECONDS);
        put(record, 10, address.length);
        System.arraycopy(address, 0, record, HEAD_BYTES, address.length);
        return record;
    }

    private static void put(byte[] record, int at, int value) {
        record[at] = (byte) (value >>> Byte.SIZE);
        record[at + 1] = (byte) value;
    }
}
