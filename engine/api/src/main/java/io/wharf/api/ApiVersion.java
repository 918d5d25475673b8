package io.wharf.api;

import io.wharf.base.WharfException;
import io.wharf.contracts.SystemService;

/** A version of the Docker Engine API, and the range that is served. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    static final ApiVersion OLDEST = parse(SystemService.OLDEST_API);
    static final ApiVersion NEWEST = parse(SystemService.NEWEST_API);
    /**
     * Served, but not told of: skopeo and others on the same library ask for images at 1.22, whatever the engine says, and
     * for nothing that has changed since.
     */
    private static final ApiVersion TOLERATED = new ApiVersion(1, 22);

    /** Reads digits and dots as Docker does: what is missing is zero, a third number says nothing. */
    static ApiVersion parse(String text) {
        String[] numbers = text.split("\\.", -1);
        return new ApiVersion(number(numbers[0]), numbers.length > 1 ? number(numbers[1]) : 0);
    }

    private static int number(String digits) {
        try {
            return digits.isEmpty() ? 0 : Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }

    /**
     * Refuses what is out of range, in the words that clients read.
     *
     * @param asked as the client wrote it
     */
    ApiVersion checked(String asked) {
        if (compareTo(TOLERATED) < 0) {
            throw WharfException.invalid("client version " + asked + " is too old. Minimum supported API version is "
                    + OLDEST + ", please upgrade your client to a newer version");
        }
        if (compareTo(NEWEST) > 0) {
            throw WharfException.invalid(
                    "client version " + asked + " is too new. Maximum supported API version is " + NEWEST);
        }
        return this;
    }

    /** Whether it is so old that its clients print errors as they are, and cannot read JSON. */
    boolean wantsPlainErrors() {
        return compareTo(TOLERATED) < 0;
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
