package io.wharf.api;

import io.wharf.base.Json;
import io.wharf.contracts.ImageService.RegistryAuth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Reads the {@code X-Registry-Auth} header: JSON in URL-safe base64, with or without padding. */
final class RegistryAuthHeader {
    private RegistryAuthHeader() {}

    /**
     * The credentials, or null where there are none. What cannot be read counts as none, as in Docker: the registry then
     * says whether any were needed.
     */
    static @Nullable RegistryAuth read(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return null;
        }
        try {
            String urlSafe = header.trim().replace('+', '-').replace('/', '_').replace("=", "");
            byte[] json = Base64.getUrlDecoder().decode(urlSafe.getBytes(StandardCharsets.ISO_8859_1));
            RegistryAuth auth = Json.MAPPER.readValue(json, RegistryAuth.class);
            return auth == null || isEmpty(auth) ? null : auth;
        } catch (IllegalArgumentException | IOException e) {
            return null;
        }
    }

    private static boolean isEmpty(RegistryAuth auth) {
        return isEmpty(auth.username()) && isEmpty(auth.identityToken()) && isEmpty(auth.registryToken());
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
