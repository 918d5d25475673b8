package io.wharf.oci;

import io.wharf.contracts.ContainerConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The variables by which a link tells of its target: {@code ALIAS_PORT_80_TCP_ADDR} and its kin. */
public final class LinkEnvironment {
    private record Port(int number, String protocol) {}

    private LinkEnvironment() {}

    /**
     * The variables of one link.
     *
     * @param name as clients see the link, {@code /self/alias}
     * @param address of the target
     * @param target its config, with the ports that it exposes
     */
    public static List<String> of(String name, String alias, String address, ContainerConfig target) {
        String prefix = alias.toUpperCase(Locale.ROOT).replace('-', '_');
        List<Port> ports = target.exposedPorts().keySet().stream()
                .map(LinkEnvironment::port)
                .sorted(Comparator.comparing((Port port) -> port.protocol().equals("tcp") ? "" : port.protocol())
                        .thenComparingInt(Port::number))
                .toList();
        List<String> variables = new ArrayList<>();
        if (!ports.isEmpty()) {
            variables.add(prefix + "_PORT=" + url(ports.getFirst(), address));
        }
        for (Port port : ports) {
            String own =
                    prefix + "_PORT_" + port.number() + "_" + port.protocol().toUpperCase(Locale.ROOT);
            variables.add(own + "=" + url(port, address));
            variables.add(own + "_ADDR=" + address);
            variables.add(own + "_PORT=" + port.number());
            variables.add(own + "_PROTO=" + port.protocol());
        }
        addRanges(prefix, ports, address, variables);
        variables.add(prefix + "_NAME=" + name);
        for (String entry : target.env()) {
            String variable = Environment.name(entry);
            if (entry.indexOf('=') >= 0 && !variable.equals("HOME") && !variable.equals("PATH")) {
                variables.add(prefix + "_ENV_" + entry);
            }
        }
        return variables;
    }

    /** Ports in a row are told once more by their first and last. */
    private static void addRanges(String prefix, List<Port> ports, String address, List<String> variables) {
        for (int from = 0, to; from < ports.size(); from = to + 1) {
            to = from;
            while (to + 1 < ports.size()
                    && ports.get(to + 1).number() == ports.get(to).number() + 1
                    && ports.get(to + 1).protocol().equals(ports.get(to).protocol())) {
                to++;
            }
            if (to > from) {
                Port first = ports.get(from);
                Port last = ports.get(to);
                String own = prefix + "_PORT_" + first.number() + "_"
                        + first.protocol().toUpperCase(Locale.ROOT);
                variables.add(own + "_START=" + url(first, address));
                variables.add(own + "_PORT_START=" + first.number());
                variables.add(own + "_END=" + url(last, address));
                variables.add(own + "_PORT_END=" + last.number());
            }
        }
    }

    private static Port port(String text) {
        int slash = text.indexOf('/');
        String number = slash < 0 ? text : text.substring(0, slash);
        int dash = number.indexOf('-');
        return new Port(
                Integer.parseInt(dash < 0 ? number : number.substring(0, dash)),
                slash < 0 ? "tcp" : text.substring(slash + 1));
    }

    private static String url(Port port, String address) {
        return port.protocol() + "://" + address + ":" + port.number();
    }
}
