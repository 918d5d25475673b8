package io.wharf.logs;

import io.wharf.base.WharfException;

/**
 * The address of a destination, taken apart as Go's {@code net/url} does and no further checked.
 *
 * @param scheme empty where the text has none
 * @param host without the brackets of IPv6
 * @param port as written, empty where there is none
 * @param path from the first slash after the host
 */
record Endpoint(String scheme, String host, String port, String path) {
    static Endpoint parse(String text) {
        var colon = text.indexOf(':');
        var slash = text.indexOf('/');
        if (colon < 0 || (slash >= 0 && slash < colon)) {
            return new Endpoint("", "", "", text);
        }
        var scheme = text.substring(0, colon);
        if (scheme.isEmpty()) {
            throw malformed(text, "missing protocol scheme");
        }
        if (!scheme.matches("[A-Za-z][A-Za-z0-9+.-]*")) {
            throw malformed(text, "first path segment in URL cannot contain colon");
        }
        var rest = text.substring(colon + 1);
        if (!rest.startsWith("//")) {
            return new Endpoint(scheme, "", "", rest.startsWith("/") ? rest : "");
        }
        var end = rest.indexOf('/', 2);
        var authority = rest.substring(2, end < 0 ? rest.length() : end);
        var path = end < 0 ? "" : rest.substring(end);
        var portColon = authority.lastIndexOf(':');
        if (portColon < 0 || portColon < authority.indexOf(']')) {
            return new Endpoint(scheme, unbracketed(authority), "", path);
        }
        var port = authority.substring(portColon + 1);
        if (!port.chars().allMatch(Character::isDigit)) {
            throw malformed(text, "invalid port " + OptionValues.quoted(":" + port) + " after host");
        }
        return new Endpoint(scheme, unbracketed(authority.substring(0, portColon)), port, path);
    }

    /** The port, or another where none was given; refused beyond 65535. */
    int portOr(int other) {
        return port.isEmpty() ? other : (int) OptionValues.number("ParseUint", port, 0, 65535);
    }

    @Override
    public String toString() {
        var shown = host.indexOf(':') < 0 ? host : '[' + host + ']';
        return scheme + "://" + shown + (port.isEmpty() ? "" : ":" + port) + path;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static WharfException malformed(String text, String reason) {
        return WharfException.invalid("parse " + OptionValues.quoted(text) + ": " + reason);
    }
}
