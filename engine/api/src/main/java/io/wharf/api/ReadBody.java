package io.wharf.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads JSON bodies, with Docker's words for bad ones. */
final class ReadBody {
    private ReadBody() {}

    /** The body, or null where there is none, or a JSON null. */
    static <T> @Nullable T orNull(Call call, Class<T> type) {
        return call.body().length() == 0 ? null : parse(call, type);
    }

    static <T> T read(Call call, Class<T> type) {
        checkContentType(call.header("Content-Type"));
        if (call.body().length() == 0) {
            throw WharfException.invalid("invalid JSON: got EOF while reading request body");
        }
        T value = parse(call, type);
        if (value == null) {
            throw WharfException.invalid("invalid JSON: the body is null");
        }
        return value;
    }

    private static <T> @Nullable T parse(Call call, Class<T> type) {
        checkContentType(call.header("Content-Type"));
        try {
            return Json.MAPPER
                    .readerFor(type)
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readValue(call.body().getBytes());
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof WharfException refused) {
                throw refused;
            }
            throw WharfException.invalid(JsonComplaint.of(e));
        } catch (IOException e) {
            throw WharfException.invalid("invalid JSON: " + e.getMessage());
        }
    }

    // Some clients name no type at all, which is taken for JSON.
    private static void checkContentType(@Nullable String type) {
        if (type == null || type.isBlank()) {
            return;
        }
        int semicolon = type.indexOf(';');
        String media =
                (semicolon < 0 ? type : type.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
        if (!media.equals(Reply.JSON)) {
            throw WharfException.invalid("unsupported Content-Type header (" + type + "): must be 'application/json'");
        }
    }
}
