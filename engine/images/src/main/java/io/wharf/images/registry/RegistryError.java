package io.wharf.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wharf.base.ErrorKind;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.images.spec.Reference;
import java.util.Locale;

/** Puts a registry's refusal into Docker's words (OCI distribution-spec, error codes). */
final class RegistryError {
    private RegistryError() {}

    /** The refusal of any request but a manifest's. */
    static WharfException of(String request, int status, byte[] body) {
        String code = code(body);
        String text = code.isEmpty() ? request + ": " + unexpected(status) : words(code) + ": " + message(body);
        return new WharfException(kind(status, code), text);
    }

    /** The refusal to give a token. */
    static WharfException ofToken(String request, int status, byte[] body) {
        WharfException refusal = of(request, status, body);
        return String.valueOf(refusal.getMessage()).startsWith(request)
                ? refusal
                : new WharfException(refusal.kind(), request + ": " + refusal.getMessage());
    }

    /** The refusal of credentials. */
    static WharfException ofLogin(String url, int status) {
        return new WharfException(
                status == 401 || status == 403 ? ErrorKind.UNAUTHORIZED : ErrorKind.INTERNAL,
                "login attempt to " + url + " failed with status: " + HttpResponseStatus.valueOf(status));
    }

    private static String unexpected(int status) {
        return "received unexpected HTTP status: " + HttpResponseStatus.valueOf(status);
    }

    /** The refusal to give a manifest, as {@code docker pull} shows it. */
    static WharfException ofPull(Reference name, String request, int status, byte[] body) {
        String code = code(body);
        String reason = words(code) + ": " + message(body);
        return switch (code) {
            case "MANIFEST_UNKNOWN" ->
                WharfException.notFound("manifest for " + name.familiar() + " not found: " + reason);
            case "NAME_UNKNOWN" ->
                WharfException.notFound("repository " + name.familiarName() + " not found: " + reason);
            case "DENIED", "UNAUTHORIZED" ->
                WharfException.notFound("pull access denied for " + name.familiarName()
                        + ", repository does not exist or may require 'docker login': " + reason);
            default ->
                status == 404
                        ? WharfException.notFound("manifest for " + name.familiar() + " not found")
                        : of(request, status, body);
        };
    }

    private static ErrorKind kind(int status, String code) {
        return switch (code) {
            case "UNAUTHORIZED" -> ErrorKind.UNAUTHORIZED;
            case "DENIED" -> ErrorKind.FORBIDDEN;
            case "NAME_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN" -> ErrorKind.NOT_FOUND;
            default -> status == 401 ? ErrorKind.UNAUTHORIZED : ErrorKind.INTERNAL;
        };
    }

    private static JsonNode first(byte[] body) {
        try {
            return Json.parse(body, JsonNode.class).path("errors").path(0);
        } catch (WharfException notJson) {
            return Json.MAPPER.missingNode();
        }
    }

    private static String code(byte[] body) {
        return first(body).path("code").asText("");
    }

    private static String message(byte[] body) {
        return first(body).path("message").asText("");
    }

    private static String words(String code) {
        return code.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
