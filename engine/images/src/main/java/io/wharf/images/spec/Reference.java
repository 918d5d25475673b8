package io.wharf.images.spec;

import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A name of an image, normalised: {@code busybox} is {@code docker.io/library/busybox}.
 *
 * @param domain registry host, with its port where one was given
 * @param path repository within the registry
 * @param tag null where none was given
 * @param digest of a manifest, null where none was given
 */
public record Reference(
        String domain,
        String path,
        @Nullable String tag,
        @Nullable Digest digest) {
    public static final String HUB = "docker.io";
    private static final String OFFICIAL = "library/";
    private static final int NAME_LIMIT = 255;

    private static final Pattern DOMAIN = Pattern.compile(
            "(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
                    + "|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?");
    private static final Pattern PATH =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");
    private static final Pattern ID = Pattern.compile("[a-f0-9]{64}");

    /** Reads a name as a user writes it; what it lacks is added, but no tag. */
    public static Reference parse(String text) {
        if (ID.matcher(text).matches()) {
            throw WharfException.invalid(
                    "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
        }
        String rest = text;
        Digest digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = digest(rest.substring(at + 1));
            rest = rest.substring(0, at);
        }
        int slash = rest.indexOf('/');
        String domain = slash < 0 ? "" : rest.substring(0, slash);
        if (isDomain(domain)) {
            rest = rest.substring(slash + 1);
        } else {
            domain = HUB;
        }
        String tag = null;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        if (domain.equals("index.docker.io")) {
            domain = HUB;
        }
        if (domain.equals(HUB) && rest.indexOf('/') < 0) {
            rest = OFFICIAL + rest;
        }
        return checked(domain, rest, tag, digest);
    }

    /** A name whose tag was given apart from it; a tag may also be a digest. */
    public static Reference parse(String repository, @Nullable String tag) {
        if (tag == null || tag.isEmpty()) {
            return parse(repository);
        }
        Reference named = parse(repository);
        return tag.indexOf(':') >= 0
                ? named.withDigest(digest(tag))
                : checked(named.domain, named.path, tag, named.digest);
    }

    private static Reference checked(String domain, String path, @Nullable String tag, @Nullable Digest digest) {
        if (!path.equals(path.toLowerCase(Locale.ROOT))) {
            throw WharfException.invalid("invalid reference format: repository name (" + path + ") must be lowercase");
        }
        if (!DOMAIN.matcher(domain).matches()
                || !PATH.matcher(path).matches()
                || (tag != null && !TAG.matcher(tag).matches())) {
            throw WharfException.invalid("invalid reference format");
        }
        if (path.length() > NAME_LIMIT) {
            throw WharfException.invalid("repository name must not be more than " + NAME_LIMIT + " characters");
        }
        return new Reference(domain, path, tag, digest);
    }

    private static Digest digest(String text) {
        if (!Digest.isDigest(text)) {
            throw WharfException.invalid("invalid reference format");
        }
        return Digest.parse(text);
    }

    /** Whether what stands before the first slash of a name is a registry. */
    public static boolean isDomain(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    /** The same with {@code :latest}, where neither a tag nor a digest was given. */
    public Reference tagged() {
        return tag == null && digest == null ? withTag("latest") : this;
    }

    public Reference withTag(String newTag) {
        if (!TAG.matcher(newTag).matches()) {
            throw WharfException.invalid("invalid tag format");
        }
        return checked(domain, path, newTag, null);
    }

    public Reference withDigest(Digest newDigest) {
        return new Reference(domain, path, null, newDigest);
    }

    /** {@code docker.io/library/busybox}. */
    public String name() {
        return domain + "/" + path;
    }

    /** The name as it is kept: the digest wins over the tag. */
    public String full() {
        return name() + suffix();
    }

    /** {@code busybox}: what Docker shows. */
    public String familiarName() {
        int slash = path.indexOf('/');
        // A path on Docker Hub that begins like a registry's name would mean that registry without the domain.
        if (!domain.equals(HUB) || (slash >= 0 && isDomain(path.substring(0, slash)))) {
            return name();
        }
        return path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0
                ? path.substring(OFFICIAL.length())
                : path;
    }

    /** {@code busybox:latest}: what Docker shows. */
    public String familiar() {
        return familiarName() + suffix();
    }

    private String suffix() {
        if (digest != null) {
            return "@" + digest;
        }
        return tag == null ? "" : ":" + tag;
    }
    /** The name that an image is to get: never a digest. */
    public static Reference target(String repository, @Nullable String tag) {
        Reference name = Reference.parse(repository);
        if (name.digest() != null) {
            throw WharfException.invalid("refusing to create a tag with a digest reference");
        }
        if (tag != null && !tag.isEmpty()) {
            name = name.withTag(tag);
        }
        if (name.familiarName().equals("sha256")) {
            throw WharfException.invalid("refusing to create an ambiguous tag using digest algorithm as name");
        }
        return name.tagged();
    }
}
