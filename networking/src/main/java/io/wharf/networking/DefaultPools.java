package io.wharf.networking;

import io.wharf.base.WharfException;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where subnets come from that nobody named: Docker's documented defaults, in its order. */
final class DefaultPools {
    private static final Subnet HIGH = Subnet.parse("172.16.0.0/12");
    private static final Subnet LOW = Subnet.parse("192.168.0.0/16");
    private static final int HIGH_PREFIX = 16;
    private static final int LOW_PREFIX = 20;

    private DefaultPools() {}

    /** 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 to 192.168.240.0/20. */
    static Stream<Subnet> candidates() {
        return Stream.concat(
                IntStream.range(17, 32)
                        .mapToObj(second -> new Subnet(HIGH.at((long) (second - 16) << 16), HIGH_PREFIX)),
                IntStream.range(0, 16).mapToObj(part -> new Subnet(LOW.at((long) part << 12), LOW_PREFIX)));
    }

    /** The first that overlaps none of the subnets in use. */
    static Subnet firstFree(Collection<Subnet> inUse) {
        return candidates()
                .filter(candidate -> conflict(candidate, inUse).isEmpty())
                .findFirst()
                .orElseThrow(() -> WharfException.internal(
                        "could not find an available, non-overlapping IPv4 address pool among the defaults"
                                + " to assign to the network"));
    }

    /** A subnet in use that stands in the way. */
    static Optional<Subnet> conflict(Subnet wanted, Collection<Subnet> inUse) {
        return inUse.stream().filter(wanted::overlaps).findFirst();
    }
}
