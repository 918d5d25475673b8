package io.wharf.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells what is wrong with a JSON body in the words of Go's decoder, which Docker's users know. */
final class JsonFault {
    private static final Pattern CHARACTER = Pattern.compile("\\('(.)' \\(code|token '(.)");

    private JsonFault() {}

    /** The reason, to stand after {@code invalid JSON: }; {@code body} is the name of the whole in it. */
    static String words(JsonProcessingException fault, String body) {
        if (fault instanceof JsonEOFException) {
            return "unexpected EOF";
        }
        if (fault instanceof JsonMappingException mapping) {
            return mapping.getCause() instanceof StreamReadException cause && !(cause instanceof InputCoercionException)
                    ? words(cause, body)
                    : type(mapping, body);
        }
        return syntax(String.valueOf(fault.getOriginalMessage()));
    }

    private static String syntax(String message) {
        Matcher found = CHARACTER.matcher(message);
        if (!found.find()) {
            return message.toLowerCase(Locale.ROOT).contains("end-of-input") ? "unexpected EOF" : message;
        }
        String character = found.group(1) == null ? found.group(2) : found.group(1);
        return "invalid character '" + character + "' " + place(message);
    }

    private static String place(String message) {
        if (message.contains("start field name")) {
            return "looking for beginning of object key string";
        }
        if (message.contains("separate Object entries")) {
            return "after object key:value pair";
        }
        if (message.contains("separate Array entries")) {
            return "after array element";
        }
        return message.contains("colon") ? "after object key" : "looking for beginning of value";
    }

    private static String type(JsonMappingException fault, String body) {
        Class<?> wanted = null;
        if (fault.getCause() instanceof InputCoercionException number) {
            wanted = number.getTargetType();
        } else if (fault instanceof MismatchedInputException mismatch) {
            wanted = mismatch.getTargetType();
        }
        StringBuilder field = new StringBuilder(body);
        for (JsonMappingException.Reference step : fault.getPath()) {
            if (step.getFieldName() != null) {
                field.append('.').append(step.getFieldName());
            }
        }
        boolean whole = field.length() == body.length();
        String into =
                whole ? "Go value of type " + body : "Go struct field " + field + " of type " + name(wanted, body);
        return "json: cannot unmarshal " + value(fault) + " into " + into;
    }

    /** What stands in the body: a number with its digits where only these do not fit. */
    private static String value(JsonMappingException fault) {
        Object processor = fault.getCause() instanceof InputCoercionException number
                ? number.getProcessor()
                : fault.getProcessor();
        if (!(processor instanceof JsonParser parser)) {
            return "value";
        }
        JsonToken token = parser.currentToken();
        if (token == null) {
            return "value";
        }
        return switch (token) {
            case START_OBJECT, END_OBJECT, FIELD_NAME -> "object";
            case START_ARRAY, END_ARRAY -> "array";
            case VALUE_STRING -> "string";
            case VALUE_TRUE, VALUE_FALSE -> "bool";
            case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> isOfNumber(fault) ? "number " + digits(parser) : "number";
            case VALUE_NULL, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> "value";
        };
    }

    private static boolean isOfNumber(JsonMappingException fault) {
        if (fault.getCause() instanceof InputCoercionException) {
            return true;
        }
        return fault instanceof MismatchedInputException mismatch && isNumber(mismatch.getTargetType());
    }

    private static boolean isNumber(@Nullable Class<?> type) {
        return type == int.class || type == long.class || (type != null && Number.class.isAssignableFrom(type));
    }

    private static String digits(JsonParser parser) {
        try {
            return parser.getText();
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static String name(@Nullable Class<?> type, String body) {
        if (type == null) {
            return body;
        }
        if (type == String.class) {
            return "string";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "bool";
        }
        if (isNumber(type)) {
            return type == Double.class ? "float64" : type == int.class || type == Integer.class ? "int" : "int64";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "[]string";
        }
        return Map.class.isAssignableFrom(type) ? "map[string]string" : type.getSimpleName();
    }
}
