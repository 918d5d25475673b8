package io.wharf.streams;

import io.vertx.core.buffer.Buffer;
import io.wharf.base.WharfException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The keys that end a client but not the process: parsed as Docker writes them, and found in what the client types.
 *
 * <p>A list separated by commas of single characters, {@code ctrl-a} to {@code ctrl-z}, {@code ctrl-} with one of
 * {@code @[\]^_}, and {@code DEL}.
 */
public final class DetachKeys {
    /** ctrl-p, ctrl-q. */
    public static final DetachKeys DEFAULT = new DetachKeys(new byte[] {16, 17});

    private static final String CONTROLS = "@abcdefghijklmnopqrstuvwxyz[\\]^_";
    private static final int DELETE = 127;

    private final byte[] sequence;

    private DetachKeys(byte[] sequence) {
        this.sequence = sequence;
    }

    /** The default for null or empty; unknown keys are refused with Docker's text for an attach. */
    public static DetachKeys parse(@Nullable String keys) {
        return parse(keys, "Invalid detach keys (" + keys + ") provided");
    }

    /** As {@link #parse(String)}, with the text to refuse with. */
    public static DetachKeys parse(@Nullable String keys, String refusal) {
        if (keys == null || keys.isEmpty()) {
            return DEFAULT;
        }
        String[] names = keys.split(",", -1);
        byte[] sequence = new byte[names.length];
        for (int i = 0; i < names.length; i++) {
            int code = code(names[i]);
            if (code < 0) {
                throw WharfException.invalid(refusal);
            }
            sequence[i] = (byte) code;
        }
        return new DetachKeys(sequence);
    }

    private static int code(String name) {
        if (name.length() == 1) {
            return name.charAt(0) < 128 ? name.charAt(0) : -1;
        }
        if (name.equals("DEL")) {
            return DELETE;
        }
        return name.length() == 6 && name.startsWith("ctrl-") ? CONTROLS.indexOf(name.charAt(5)) : -1;
    }

    /** As Docker shows them: bytes in base64. */
    public String encoded() {
        return Base64.getEncoder().encodeToString(sequence);
    }

    byte[] sequence() {
        return sequence.clone();
    }

    /** A filter for one client's input. */
    public Filter filter() {
        return new Filter(sequence);
    }

    /** Passes input on, but for the keys; used by one thread. */
    public static final class Filter {
        private final byte[] keys;
        /** By how many matched keys: how many still match when the next byte does not (Knuth, Morris, Pratt). */
        private final int[] fallback;

        private int matched;
        private boolean detached;

        private Filter(byte[] keys) {
            this.keys = keys;
            this.fallback = new int[keys.length + 1];
            for (int i = 1, k = 0; i < keys.length; i++) {
                while (k > 0 && keys[i] != keys[k]) {
                    k = fallback[k];
                }
                if (keys[i] == keys[k]) {
                    k++;
                }
                fallback[i + 1] = k;
            }
        }

        /**
         * What of the input so far is known not to belong to the keys; the start of a possible sequence is held back.
         * After the keys nothing passes any more.
         */
        public Buffer pass(Buffer input) {
            if (detached) {
                return Buffer.buffer();
            }
            byte[] out = new byte[matched + input.length()];
            int count = 0;
            for (int i = 0; i < input.length() && !detached; i++) {
                byte next = input.getByte(i);
                while (matched > 0 && next != keys[matched]) {
                    int shorter = fallback[matched];
                    count = put(out, count, matched - shorter);
                    matched = shorter;
                }
                if (next == keys[matched]) {
                    matched++;
                    detached = matched == keys.length;
                } else {
                    out[count++] = next;
                }
            }
            return Buffer.buffer(count == out.length ? out : Arrays.copyOf(out, count));
        }

        private int put(byte[] out, int count, int length) {
            System.arraycopy(keys, 0, out, count, length);
            return count + length;
        }

        /** What was held back, when the input ends without the keys. */
        public Buffer rest() {
            Buffer held = detached ? Buffer.buffer() : Buffer.buffer(Arrays.copyOf(keys, matched));
            matched = 0;
            return held;
        }

        public boolean detached() {
            return detached;
        }
    }
}
