package io.wharf.logs;

import com.fasterxml.jackson.core.JsonGenerator;
import io.wharf.base.Json;
import io.wharf.base.Times;
import io.wharf.linux.Host;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Writes a container's messages as GELF: one JSON object each, with the container's own fields after the standard ones. */
final class GelfDriver implements LogDriver {
    private static final int ERROR = 3;
    private static final int INFORMATIONAL = 6;

    private final GelfTransport transport;
    private final String host = Host.hostname();
    private final Map<String, String> fixed = new TreeMap<>();

    GelfDriver(LogSource source, GelfTransport transport) {
        this.transport = transport;
        fixed.put("_container_id", source.id());
        fixed.put("_container_name", source.name());
        fixed.put("_image_id", source.imageId());
        fixed.put("_image_name", source.imageName());
        fixed.put("_command", source.command());
        fixed.put("_tag", TagTemplate.of(source));
        fixed.put("_created", Times.rfc3339Nano(source.createdNanos()));
        fixed.putAll(ExtraAttributes.of(source, name -> name.startsWith("_") ? name : "_" + name));
    }

    /** Delivers a message; GELF has no empty ones. */
    @Override
    public void write(LogMessage message) throws IOException {
        if (message.length() > 0) {
            transport.send(encode(message));
        }
    }

    private byte[] encode(LogMessage message) throws IOException {
        var bytes = new ByteArrayOutputStream(message.length() + 512);
        try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("version", "1.1");
            json.writeStringField("host", host);
            json.writeStringField(
                    "short_message",
                    new String(message.bytes(), message.offset(), message.length(), StandardCharsets.UTF_8));
            json.writeFieldName("timestamp");
            // Seconds with milliseconds, and never in the notation with an exponent.
            json.writeNumber(BigDecimal.valueOf(Math.floorDiv(message.nanos(), 1_000_000L), 3)
                    .toPlainString());
            json.writeNumberField("level", message.stderr() ? ERROR : INFORMATIONAL);
            for (var field : fixed.entrySet()) {
                json.writeStringField(field.getKey(), field.getValue());
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /** Nothing is kept back. */
    @Override
    public void flush() {}

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
