package io.wharf.networking.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of a name, as the records that answer a question for it.
 *
 * @param v4 whole A records, whose name is the question's
 * @param v6 whole AAAA records likewise
 */
record Addresses(byte[][] v4, byte[][] v6) {
    /** As Docker's. */
    static final int TTL_SECONDS = 600;

    static final int NAME_OF_QUESTION = Message.POINTER << Byte.SIZE | Message.HEADER_BYTES;
    private static final int V4_BYTES = 4;
    private static final int HEAD_BYTES = 12;

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
