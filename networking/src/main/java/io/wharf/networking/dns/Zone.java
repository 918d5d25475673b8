package io.wharf.networking.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The names of one network: a table that is changed by each coming and going, so that a query is one look-up. */
final class Zone {
    private final String name;
    private final String suffix;
    private final Map<String, Member> members = new LinkedHashMap<>();
    /** Who has each name: several may, in the order of their coming. */
    private final Map<String, List<Member>> named = new HashMap<>();

    private final Map<String, Addresses> addresses = new HashMap<>();
    private final Map<String, String> reverse = new HashMap<>();

    Zone(String name) {
        this.name = name;
        this.suffix = "." + lower(name);
    }

    /** With the dot before it, in lower case. */
    String suffix() {
        return suffix;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** Takes a member in, in the place of what it was before. */
    void put(Member member) {
        remove(member.containerId());
        members.put(member.containerId(), member);
        for (String each : member.names()) {
            String key = lower(each);
            named.computeIfAbsent(key, first -> new ArrayList<>(1)).add(member);
            rebuild(key);
        }
        if (!member.names().isEmpty()) {
            String answer = member.names().getFirst() + "." + name;
            member.addresses().forEach(address -> reverse.put(reversed(address), answer));
        }
    }

    void remove(String containerId) {
        Member member = members.remove(containerId);
        if (member == null) {
            return;
        }
        for (String each : member.names()) {
            String key = lower(each);
            List<Member> others = named.get(key);
            if (others != null && others.remove(member) && others.isEmpty()) {
                named.remove(key);
            }
            rebuild(key);
        }
        member.addresses().forEach(address -> reverse.remove(reversed(address)));
    }

    private void rebuild(String key) {
        List<Member> all = named.get(key);
        if (all == null) {
            addresses.remove(key);
        } else {
            Stream<InetAddress> known = all.stream().flatMap(member -> member.addresses().stream());
            addresses.put(key, Addresses.of(known.distinct().toList()));
        }
    }

    @Nullable
    Addresses find(String wanted) {
        return addresses.get(wanted);
    }

    @Nullable
    String nameOf(String wanted) {
        return reverse.get(wanted);
    }

    /** The name under which RFC 1035 and RFC 3596 have an address looked up. */
    static String reversed(InetAddress address) {
        byte[] bytes = address.getAddress();
        StringBuilder text = new StringBuilder();
        if (bytes.length == Integer.BYTES) {
            for (int i = bytes.length - 1; i >= 0; i--) {
                text.append(bytes[i] & 0xff).append('.');
            }
            return text.append("in-addr.arpa").toString();
        }
        for (int i = bytes.length - 1; i >= 0; i--) {
            text.append(Character.forDigit(bytes[i] & 0xf, 16)).append('.');
            text.append(Character.forDigit((bytes[i] >> 4) & 0xf, 16)).append('.');
        }
        return text.append("ip6.arpa").toString();
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
