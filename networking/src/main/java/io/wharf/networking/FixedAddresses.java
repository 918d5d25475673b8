package io.wharf.networking;

import io.wharf.contracts.NetworkingConfig.EndpointAddresses;
import io.wharf.networking.address.Ip;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses that were asked for by name: who departs with one of them has to be quick, for they cannot be had elsewhere.
 *
 * @param wanted each in its network
 */
record FixedAddresses(List<Wanted> wanted) {
    /** One of them. */
    record Wanted(String networkId, InetAddress address) {}

    static FixedAddresses of(List<Attachments.InNetwork> places) {
        List<Wanted> wanted = new ArrayList<>();
        for (Attachments.InNetwork place : places) {
            EndpointAddresses asked = place.asked().ipamConfig();
            if (asked != null) {
                Stream.of(asked.ipv4Address(), asked.ipv6Address())
                        .flatMap(text -> Ip.read(text).stream())
                        .forEach(
                                address -> wanted.add(new Wanted(place.network().id(), address)));
            }
        }
        return new FixedAddresses(wanted);
    }

    boolean areIn(Membership membership) {
        return membership.endpoints().stream()
                .anyMatch(endpoint -> wanted.stream()
                        .anyMatch(one -> one.networkId.equals(endpoint.networkId())
                                && endpoint.addresses().contains(one.address)));
    }
}
