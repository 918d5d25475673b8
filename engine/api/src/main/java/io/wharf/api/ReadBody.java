package io.wharf.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.wharf.base.ErrorKind;
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
        checkContentType(call.header("Content-Type"));
        return call.body().length() == 0 ? null : parse(call, type, type.getSimpleName());
    }

    static <T> T read(Call call, Class<T> type) {
        return read(call, type, type.getSimpleName());
    }

    /** The body, which must be there; {@code name} is how messages call the whole. */
    static <T> T read(Call call, Class<T> type, String name) {
        checkContentType(call.header("Content-Type"));
        if (call.body().length() == 0) {
            throw WharfException.invalid("invalid JSON: got EOF while reading request body");
        }
        T value = parse(call, type, name);
        if (value == null) {
            throw WharfException.invalid("invalid JSON: the body is null");
        }
        return value;
    }

    private static <T> @Nullable T parse(Call call, Class<T> type, String name) {
        try (JsonParser parser = Json.MAPPER.createParser(call.body().getBytes())) {
            if (parser.nextToken() == null) {
                throw WharfException.invalid("invalid JSON: got EOF while reading request body");
            }
            T value = Json.MAPPER.readerFor(type).readValue(parser);
            if (hasMore(parser)) {
                throw WharfException.invalid("unexpected content after JSON");
            }
            return value;
        } catch (JsonProcessingException e) {
            if (e.getCause() instanceof WharfException refused) {
                throw refused;
            }
            throw new WharfException(ErrorKind.INVALID_ARGUMENT, "invalid JSON: " + JsonFault.words(e, name), e);
        } catch (IOException e) {
            throw WharfException.invalid("invalid JSON: " + e.getMessage());
        }
    }

    private static boolean hasMore(JsonParser parser) throws IOException {
        try {
            return parser.nextToken() != null;
        } catch (JsonProcessingException noValue) {
            return true;
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
