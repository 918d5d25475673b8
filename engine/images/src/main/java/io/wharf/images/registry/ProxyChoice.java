package io.wharf.images.registry;

import io.netty.util.NetUtil;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.wharf.base.WharfException;
import io.wharf.contracts.RegistryOptions.Proxies;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which proxy a URL is asked through, by the rules that Go's programs share: this machine itself is never asked through one. */
final class ProxyChoice {
    private final Proxies proxies;

    ProxyChoice(Proxies proxies) {
        this.proxies = proxies;
    }

    /** The proxy, or null where the URL is asked directly. */
    @Nullable
    ProxyOptions of(URI url) {
        boolean https = "https".equals(url.getScheme());
        String proxy = https ? proxies.https() : proxies.http();
        if (proxy == null || proxy.isEmpty() || url.getHost() == null) {
            return null;
        }
        String host = url.getHost().toLowerCase(Locale.ROOT).replace("[", "").replace("]", "");
        int port = url.getPort() >= 0 ? url.getPort() : https ? 443 : 80;
        return isDirect(host, port) ? null : options(proxy);
    }

    private boolean isDirect(String host, int port) {
        if (host.equals("localhost") || Cidr.contains("127.0.0.0/8", host) || Cidr.contains("::1/128", host)) {
            return true;
        }
        String none = proxies.none();
        if (none == null) {
            return false;
        }
        for (String part : none.split(",")) {
            String rule = part.strip().toLowerCase(Locale.ROOT);
            if (!rule.isEmpty() && (rule.equals("*") || matches(rule, host, port))) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String rule, String host, int port) {
        if (rule.indexOf('/') > 0) {
            return Cidr.contains(rule, host);
        }
        String name = rule;
        int colon = rule.lastIndexOf(':');
        if ((colon > rule.lastIndexOf(']') && rule.indexOf(':') == colon)
                || (rule.startsWith("[") && colon > rule.indexOf(']'))) {
            if (!rule.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            name = rule.substring(0, colon);
        }
        name = name.replace("[", "").replace("]", "");
        if (NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name)) {
            return name.equals(host);
        }
        if (name.startsWith("*.")) {
            name = name.substring(1);
        }
        // With a dot in front the subdomains alone are meant.
        return name.startsWith(".") ? host.endsWith(name) : host.equals(name) || host.endsWith("." + name);
    }

    private static ProxyOptions options(String proxy) {
        URI url;
        try {
            url = URI.create(proxy.indexOf("://") < 0 ? "http://" + proxy : proxy);
        } catch (IllegalArgumentException e) {
            throw WharfException.internal("invalid proxy URL \"" + withoutPassword(proxy) + "\"");
        }
        String scheme = url.getScheme();
        ProxyType type = switch (scheme) {
            case "http" -> ProxyType.HTTP;
            case "socks5", "socks5h" -> ProxyType.SOCKS5;
            default -> throw WharfException.internal("proxies of scheme " + scheme + " are not supported");
        };
        if (url.getHost() == null) {
            throw WharfException.internal("invalid proxy URL \"" + withoutPassword(proxy) + "\"");
        }
        ProxyOptions options = new ProxyOptions()
                .setType(type)
                .setHost(url.getHost())
                .setPort(url.getPort() >= 0 ? url.getPort() : type == ProxyType.HTTP ? 80 : 1080);
        String user = url.getRawUserInfo();
        if (user != null) {
            int colon = user.indexOf(':');
            options.setUsername(decoded(colon < 0 ? user : user.substring(0, colon)))
                    .setPassword(colon < 0 ? "" : decoded(user.substring(colon + 1)));
        }
        return options;
    }

    private static String withoutPassword(String proxy) {
        return proxy.replaceFirst("//[^@/]*@", "//xxxxx@");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
