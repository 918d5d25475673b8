package io.wharf.oci;

import io.wharf.base.WharfException;

/**
 * One entry of {@code Links}, {@code name[:alias]}.
 *
 * @param target name or id of the other container
 * @param alias what it is called inside
 */
public record Link(String target, String alias) {
    /** Reads one; refuses in Docker's words. Old clients send what inspect shows, {@code /name:/self/alias}. */
    public static Link parse(String text) {
        if (text.isEmpty()) {
            throw WharfException.invalid("empty string specified for links");
        }
        String[] parts = text.split(":", -1);
        if (parts.length > 2 || parts[0].isEmpty()) {
            throw WharfException.invalid("bad format for links: " + text);
        }
        if (parts.length == 1) {
            return new Link(parts[0], parts[0].substring(parts[0].lastIndexOf('/') + 1));
        }
        String alias = parts[1].substring(parts[1].lastIndexOf('/') + 1);
        return new Link(parts[0], alias.isEmpty() ? parts[0] : alias);
    }

    /** As it stands in a container's definition. */
    public String text() {
        return target + ":" + alias;
    }
}
