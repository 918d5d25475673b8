package io.wharf.base;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The one JSON mapper, with Docker's manners: {@code UpperCamelCase} names, keys read case-insensitively, unknown keys
 * ignored, {@code null} where a value is absent. Irregular names stand at the record component.
 */
public final class Json {
    private static final int DEEPEST = 500;
    private static final long MOST_TOKENS = 500_000;

    public static final ObjectMapper MAPPER = JsonMapper.builder(bounded())
            .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .serializationInclusion(JsonInclude.Include.ALWAYS)
            // As Go: a number is no text.
            .withCoercionConfig(
                    LogicalType.Textual,
                    textual -> textual.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            // And a text is no number, a fraction no integer, and a truth value neither.
            .withCoercionConfig(
                    LogicalType.Integer,
                    integer -> integer.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .withCoercionConfig(
                    LogicalType.Boolean,
                    truth -> truth.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .build();

    private Json() {}

    /** Text from outside may be small and make millions of objects, or be nested without end. */
    private static JsonFactory bounded() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxTokenCount(MOST_TOKENS)
                        .build())
                .build();
    }

    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw WharfException.internal("cannot write JSON: " + e.getOriginalMessage(), e);
        }
    }

    public static byte[] writeBytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw WharfException.internal("cannot write JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Writes to a stream of memory, which fails never. */
    public static void write(Object value, OutputStream into) {
        try {
            MAPPER.writeValue(into, value);
        } catch (IOException e) {
            throw WharfException.internal("cannot write JSON: " + e.getMessage(), e);
        }
    }

    /** Reads what the engine itself wrote; a failure is a fault and not the client's. */
    public static <T> T read(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw WharfException.internal(
                    "cannot read stored " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    /** Reads what came from outside; a failure is the sender's. */
    public static <T> T parse(byte[] bytes, Class<T> type) {
        try {
            return MAPPER.readValue(bytes, type);
        } catch (JsonProcessingException e) {
            throw new WharfException(ErrorKind.INVALID_ARGUMENT, "invalid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new WharfException(ErrorKind.INVALID_ARGUMENT, "invalid JSON: " + e.getMessage(), e);
        }
    }
}
