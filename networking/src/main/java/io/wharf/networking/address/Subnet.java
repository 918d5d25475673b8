package io.wharf.networking.address;

import io.wharf.base.WharfException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Comparator;

/**
 * A network of either family: all addresses that begin with the same bits.
 *
 * <p>Subnets are in the order of their first addresses, IPv4 before IPv6, and the wider before those in it.
 */
public final class Subnet implements Comparable<Subnet> {
    private static final int BYTES_V6 = 16;
    private static final Comparator<Subnet> ORDER = Comparator.comparing(Subnet::family)
            .thenComparing((one, other) -> Long.compareUnsigned(one.high, other.high))
            .thenComparing((one, other) -> Long.compareUnsigned(one.low, other.low))
            .thenComparingInt(Subnet::prefix);

    private final Family family;
    /** The first address as a number of 128 bits; one of IPv4 is in the lowest 32. */
    private final long high;

    private final long low;
    private final int prefix;

    private Subnet(Family family, long high, long low, int prefix) {
        if (prefix < 0 || prefix > family.bits()) {
            throw WharfException.invalid("invalid prefix length: " + prefix);
        }
        this.family = family;
        this.prefix = prefix;
        int host = family.bits() - prefix;
        this.high = host >= Long.SIZE ? cleared(high, host - Long.SIZE) : high;
        this.low = cleared(low, Math.min(host, Long.SIZE));
    }

    private static long cleared(long word, int lowestBits) {
        return lowestBits == Long.SIZE ? 0 : word >>> lowestBits << lowestBits;
    }

    /** Reads {@code 172.17.0.0/16} or {@code fd00::/64}; bits of the host part are dropped. */
    public static Subnet parse(String cidr) {
        int slash = cidr.indexOf('/');
        try {
            if (slash > 0 && Character.isDigit(cidr.charAt(slash + 1))) {
                return around(Ip.parse(cidr.substring(0, slash)), Integer.parseInt(cidr.substring(slash + 1)));
            }
        } catch (WharfException | NumberFormatException | IndexOutOfBoundsException e) {
            throw WharfException.invalid("invalid CIDR address: " + cidr);
        }
        throw WharfException.invalid("invalid CIDR address: " + cidr);
    }

    /** The network that an address lies in. */
    public static Subnet around(InetAddress address, int prefix) {
        return new Subnet(Family.of(address), high(address), low(address), prefix);
    }

    private static long high(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == BYTES_V6 ? ByteBuffer.wrap(bytes).getLong() : 0;
    }

    private static long low(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == BYTES_V6
                ? ByteBuffer.wrap(bytes).getLong(Long.BYTES)
                : Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt());
    }

    public Family family() {
        return family;
    }

    public int prefix() {
        return prefix;
    }

    /** Its lowest address. */
    public InetAddress base() {
        return at(0);
    }

    /** Its highest address; in IPv4 the broadcast address. */
    public InetAddress last() {
        int host = family.bits() - prefix;
        long lowest = host >= Long.SIZE ? -1 : (1L << host) - 1;
        long highest = host <= Long.SIZE ? 0 : host == 2 * Long.SIZE ? -1 : (1L << (host - Long.SIZE)) - 1;
        return address(high | highest, low | lowest);
    }

    public boolean contains(InetAddress address) {
        return Family.of(address) == family && contains(new Subnet(family, high(address), low(address), family.bits()));
    }

    /** Whether another lies in this one, or is the same. */
    public boolean contains(Subnet other) {
        if (other.family != family || other.prefix < prefix) {
            return false;
        }
        Subnet wide = new Subnet(family, other.high, other.low, prefix);
        return wide.high == high && wide.low == low;
    }

    public boolean overlaps(Subnet other) {
        return contains(other) || other.contains(this);
    }

    /** How many addresses it has, network and broadcast included; {@link Long#MAX_VALUE} for more than fit. */
    public long size() {
        int host = family.bits() - prefix;
        return host >= Long.SIZE - 1 ? Long.MAX_VALUE : 1L << host;
    }

    /** The same as it is. */
    BigInteger capacity() {
        return BigInteger.ONE.shiftLeft(family.bits() - prefix);
    }

    /** Its address number {@code offset}, which is not negative. */
    public InetAddress at(long offset) {
        long sum = low + offset;
        return address(Long.compareUnsigned(sum, low) < 0 ? high + 1 : high, sum);
    }

    /** The wider one that it is in. */
    Subnet widened(int shorter) {
        return new Subnet(family, high, low, shorter);
    }

    /** Whether all of its addresses are lower than those of another. */
    boolean isBefore(Subnet other) {
        return compareTo(other) < 0 && !contains(other);
    }

    /** The subnet number {@code index} of those of a longer prefix that it is cut into. */
    Subnet part(long index, int longer) {
        int shift = family.bits() - longer;
        return shift >= Long.SIZE
                ? new Subnet(family, high + (index << (shift - Long.SIZE)), low, longer)
                : new Subnet(
                        family,
                        high + (shift == 0 ? 0 : index >>> (Long.SIZE - shift)),
                        low + (index << shift),
                        longer);
    }

    /** Into how many of a longer prefix it can be cut. */
    long parts(int longer) {
        return longer - prefix >= Long.SIZE - 1 ? Long.MAX_VALUE : 1L << (longer - prefix);
    }

    /** Which of its parts of a longer prefix an address of it is in. */
    long partOf(InetAddress address, int longer) {
        int shift = family.bits() - longer;
        long highest = high(address) - high;
        long lowest = low(address) - low;
        if (shift >= Long.SIZE) {
            return highest >>> (shift - Long.SIZE);
        }
        return shift == 0 ? lowest : lowest >>> shift | highest << (Long.SIZE - shift);
    }

    /** The number of an address of it; one too far from the first for that is {@link Long#MAX_VALUE}. */
    public long offsetOf(InetAddress address) {
        long offset = low(address) - low;
        return high(address) == high && offset >= 0 ? offset : Long.MAX_VALUE;
    }

    /** An address of it with its prefix: {@code 172.17.0.2/16}. */
    public String cidr(InetAddress address) {
        return Ip.text(address) + "/" + prefix;
    }

    private InetAddress address(long highest, long lowest) {
        return Ip.of(
                family == Family.V6
                        ? ByteBuffer.allocate(BYTES_V6)
                                .putLong(highest)
                                .putLong(lowest)
                                .array()
                        : ByteBuffer.allocate(Integer.BYTES)
                                .putInt((int) lowest)
                                .array());
    }

    @Override
    public int compareTo(Subnet other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Subnet subnet && compareTo(subnet) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high * 31 + low) * 31 + prefix;
    }

    @Override
    public String toString() {
        return cidr(base());
    }
}
