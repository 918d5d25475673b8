package io.wharf.images.registry;

/**
 * How long a registry is waited for, so that every failure comes in bounded time.
 *
 * @param idleMillis without a byte, after which a request counts as broken
 * @param retries of a request that the registry answers with 429 or 5xx
 * @param backoffMillis before the first retry; each further one waits twice as long
 * @param longestWaitMillis that a registry may ask for with Retry-After; where it wants more, its refusal is final
 * @param attempts at a download in a row of which none brings a byte
 */
record Patience(int idleMillis, int retries, int backoffMillis, int longestWaitMillis, int attempts) {
    private static final int DOUBLINGS = 4;

    /** With {@code -Dwharf.registry.patience=idle,retries,backoff,longest,attempts} for tests. */
    static Patience usual(int attempts) {
        String given = System.getProperty("wharf.registry.patience");
        if (given != null) {
            int[] numbers = java.util.Arrays.stream(given.split(","))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return new Patience(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        }
        return new Patience(30_000, 3, 1000, 30_000, attempts);
    }

    /** The wait before a retry, counted from 0. */
    long backoff(int retry) {
        return (long) backoffMillis << Math.min(retry, DOUBLINGS);
    }
}
