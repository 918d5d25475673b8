package io.wharf.daemon;

import io.wharf.base.WharfException;
import io.wharf.contracts.RegistryOptions;
import io.wharf.contracts.RegistryOptions.Proxies;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What flags, daemon.json and the environment say of registries. */
final class RegistrySettings {
    /** More at a time would only wait for one another. */
    private static final int MOST = 100;

    private final Settings settings;
    private final Map<String, String> environment = System.getenv();

    RegistrySettings(Settings settings) {
        this.settings = settings;
    }

    RegistryOptions options() {
        List<Path> certificates =
                settings.texts("registry-certs-dirs").stream().map(Path::of).toList();
        List<String> mirrors = settings.texts("registry-mirrors");
        mirrors.forEach(RegistrySettings::checkMirror);
        return new RegistryOptions(
                settings.texts("insecure-registries").stream()
                        .map(RegistrySettings::withoutScheme)
                        .toList(),
                mirrors,
                certificates.isEmpty() ? RegistryOptions.CERTIFICATES : certificates,
                new Proxies(
                        proxy("http-proxy", "HTTP_PROXY"),
                        proxy("https-proxy", "HTTPS_PROXY"),
                        proxy("no-proxy", "NO_PROXY")),
                number("max-concurrent-downloads", "max concurrent downloads", RegistryOptions.DOWNLOADS),
                number("max-concurrent-uploads", "max concurrent uploads", RegistryOptions.UPLOADS),
                number("max-download-attempts", "max download attempts", RegistryOptions.ATTEMPTS));
    }

    private @Nullable String proxy(String key, String variable) {
        String told = settings.textOrNull(key);
        if (told != null) {
            return told;
        }
        String upper = environment.get(variable);
        return upper != null && !upper.isEmpty() ? upper : environment.get(variable.toLowerCase(Locale.ROOT));
    }

    private int number(String key, String title, int otherwise) {
        int number = settings.number(key, otherwise);
        if (number < 0) {
            throw WharfException.invalid("invalid " + title + ": " + number);
        }
        return number == 0 ? otherwise : Math.min(number, MOST);
    }

    /** The URL of a proxy without its user's name and password, as dockerd shows it. */
    static String masked(String url) {
        int scheme = url.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        int path = url.indexOf('/', from);
        int at = url.lastIndexOf('@', path < 0 ? url.length() : path);
        return at < from ? url : url.substring(0, from) + "xxxxx:xxxxx" + url.substring(at);
    }

    private static String withoutScheme(String registry) {
        return registry.replaceFirst("^https?://", "");
    }

    private static void checkMirror(String mirror) {
        URI url;
        try {
            url = URI.create(mirror);
        } catch (IllegalArgumentException e) {
            throw WharfException.invalid("invalid mirror: \"" + mirror + "\" is not a valid URI: " + e.getMessage());
        }
        if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
            throw WharfException.invalid("invalid mirror: no scheme specified for \"" + mirror
                    + "\": must use either 'https://' or 'http://'");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw WharfException.invalid("invalid mirror: query or fragment at end of the URI \"" + mirror + "\"");
        }
        if (url.getRawUserInfo() != null) {
            throw WharfException.invalid("invalid mirror: username/password not allowed in URI \"" + mirror + "\"");
        }
    }
}
