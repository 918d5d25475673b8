package io.wharf.images.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a registry wants to be asked, from its {@code WWW-Authenticate} header (RFC 7235).
 *
 * @param scheme lower case: {@code basic} or {@code bearer}
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final Pattern PARAMETER =
            Pattern.compile("([a-zA-Z_]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,]+))");

    /** The first challenge that the engine can meet, a token before a password. */
    static Optional<Challenge> best(List<String> headers) {
        Optional<Challenge> basic = Optional.empty();
        for (String header : headers) {
            Challenge challenge = parse(header);
            if (challenge.scheme.equals("bearer")) {
                return Optional.of(challenge);
            }
            if (challenge.scheme.equals("basic")) {
                basic = Optional.of(challenge);
            }
        }
        return basic;
    }

    static Challenge parse(String header) {
        String text = header.strip();
        int space = text.indexOf(' ');
        Map<String, String> parameters = new HashMap<>();
        if (space > 0) {
            Matcher matcher = PARAMETER.matcher(text.substring(space));
            while (matcher.find()) {
                String quoted = matcher.group(2);
                parameters.put(
                        matcher.group(1).toLowerCase(Locale.ROOT),
                        quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
            }
        }
        return new Challenge(
                (space < 0 ? text : text.substring(0, space)).toLowerCase(Locale.ROOT), Map.copyOf(parameters));
    }

    String get(String parameter) {
        return parameters.getOrDefault(parameter, "");
    }
}
