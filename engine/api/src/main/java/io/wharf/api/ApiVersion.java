package io.wharf.api;

import io.wharf.base.WharfException;

/** A version of the Docker Engine API, and the range that is served. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    static final ApiVersion OLDEST = new ApiVersion(1, 24);
    /**
     * Served, but not told of: skopeo and others on the same library ask for images at 1.22, whatever the engine says, and
     * for nothing that has changed since.
     */
    private static final ApiVersion TOLERATED = new ApiVersion(1, 22);

    static final ApiVersion NEWEST = new ApiVersion(1, 51);

    private static final int DIGITS = 4;

    /** Reads {@code 1.41}. */
    static ApiVersion parse(String text) {
        int dot = text.indexOf('.');
        if (dot <= 0 || dot > DIGITS || text.length() - dot > DIGITS + 1) {
            throw WharfException.invalid("invalid API version: " + text);
        }
        try {
            return new ApiVersion(Integer.parseInt(text.substring(0, dot)), Integer.parseInt(text.substring(dot + 1)));
        } catch (NumberFormatException e) {
            throw WharfException.invalid("invalid API version: " + text);
        }
    }

    /** Refuses what is out of range, in the words that clients read. */
    ApiVersion checked() {
        if (compareTo(TOLERATED) < 0) {
            throw WharfException.invalid("client version " + this + " is too old. Minimum supported API version is "
                    + OLDEST + ", please upgrade your client to a newer version");
        }
        if (compareTo(NEWEST) > 0) {
            throw WharfException.invalid(
                    "client version " + this + " is too new. Maximum supported API version is " + NEWEST);
        }
        return this;
    }

    /** Whether it is {@code 1.minor} or later. */
    boolean atLeast(int minor) {
        return compareTo(new ApiVersion(1, minor)) >= 0;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
