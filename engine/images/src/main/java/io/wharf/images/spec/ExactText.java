package io.wharf.images.spec;

import io.wharf.base.WharfException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Configs and manifests are kept as text, which must give the same bytes again. */
public final class ExactText {
    private ExactText() {}

    public static void require(byte[] json) {
        if (!Arrays.equals(new String(json, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), json)) {
            throw WharfException.invalid("invalid JSON: not UTF-8");
        }
    }
}
