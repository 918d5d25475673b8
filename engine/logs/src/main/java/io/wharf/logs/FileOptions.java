package io.wharf.logs;

import io.wharf.base.WharfException;
import java.util.Map;
import java.util.Set;

/**
 * How the files of a log are rotated.
 *
 * @param maxBytes size at which a file is put aside; {@code Long.MAX_VALUE} for never
 * @param maxFiles how many files there may be, the current one included
 * @param compress whether those put aside are compressed
 */
record FileOptions(long maxBytes, int maxFiles, boolean compress) {
    /** Of {@code json-file} where nothing is asked for: no machine should die of its logs. */
    static final long JSON_BYTES = 100_000_000;

    static final int JSON_FILES = 3;
    private static final long LOCAL_BYTES = 20L << 20;
    private static final int LOCAL_FILES = 5;

    private static final String SIZE = "max-size";
    private static final String FILES = "max-file";
    private static final String COMPRESS = "compress";
    private static final Set<String> KNOWN =
            Set.of(SIZE, FILES, COMPRESS, "labels", "labels-regex", "env", "env-regex", "tag");

    static void checkJson(Map<String, String> options) {
        for (String key : options.keySet()) {
            if (!KNOWN.contains(key)) {
                throw WharfException.invalid("unknown log opt '" + key + "' for json-file log driver");
            }
        }
        OptionValues.checkCommon(options);
        json(options);
    }

    static void checkLocal(Map<String, String> options) {
        for (String key : options.keySet()) {
            if (!KNOWN.contains(key)) {
                throw WharfException.invalid("unknown log opt '" + key + "' for log driver local");
            }
        }
        OptionValues.checkCommon(options);
        local(options);
    }

    /** As Docker reads them, but with a limit where none is given; {@code max-size=-1} is none. */
    static FileOptions json(Map<String, String> options) {
        boolean sized = options.containsKey(SIZE);
        boolean unlimited = "-1".equals(options.get(SIZE));
        long bytes = JSON_BYTES;
        if (unlimited) {
            bytes = Long.MAX_VALUE;
        } else if (sized) {
            bytes = SizeText.decimal(options.getOrDefault(SIZE, ""));
            if (bytes < 0) {
                throw WharfException.invalid("invalid size: '" + options.get(SIZE) + "'");
            }
            if (bytes == 0) {
                throw WharfException.invalid("max-size must be a positive number");
            }
        }
        int files = sized ? 1 : JSON_FILES;
        if (options.containsKey(FILES)) {
            files = count(options);
            if (files < 1) {
                throw WharfException.invalid("max-file cannot be less than 1");
            }
        }
        boolean compress = compress(options, false);
        if (compress && (files == 1 || unlimited)) {
            throw WharfException.invalid("compress cannot be true when max-file is less than 2 or max-size is not set");
        }
        return new FileOptions(bytes, files, compress);
    }

    static FileOptions local(Map<String, String> options) {
        long bytes = LOCAL_BYTES;
        String size = options.get(SIZE);
        if (size != null) {
            bytes = size.equals("-1") ? Long.MAX_VALUE : SizeText.decimal(size);
            if (bytes < 0) {
                throw WharfException.invalid("invalid value for max-size: " + size + ": invalid size: '" + size + "'");
            }
            if (bytes == 0) {
                bytes = Long.MAX_VALUE;
            }
        }
        int files = options.containsKey(FILES) ? count(options) : LOCAL_FILES;
        if (files < 0) {
            throw WharfException.invalid("max-file must not be negative");
        }
        boolean compress = compress(options, true);
        if (compress && files <= 1) {
            throw WharfException.invalid("compression cannot be enabled when max file count is 1");
        }
        return new FileOptions(bytes, Math.max(1, files), compress);
    }

    private static int count(Map<String, String> options) {
        String text = options.getOrDefault(FILES, "");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw WharfException.invalid(
                    "invalid value for max-file: " + text + ": strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
    }

    private static boolean compress(Map<String, String> options, boolean otherwise) {
        String text = options.get(COMPRESS);
        if (text == null) {
            return otherwise;
        }
        Boolean value = SizeText.bool(text);
        if (value == null) {
            throw WharfException.invalid(
                    "invalid boolean value for compress: strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
        }
        return value;
    }
}
