package io.wharf.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Puts the files of the page together at build time: our own, and those of Swagger UI's WebJar that it needs. */
public final class PackPages {
    private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
    /** Maps of the sources are not packed, and a browser's tools would ask for them. */
    private static final Pattern SOURCE_MAP = Pattern.compile("(//|/\\*)# sourceMappingURL=[^\\s*]+( ?\\*/)?");

    private PackPages() {}

    /** Arguments: Swagger UI's version, the folder of our own files, the folder for the resources. */
    public static void main(String[] arguments) throws IOException {
        Path own = Path.of(arguments[1]);
        Path out = Files.createDirectories(Path.of(arguments[2]));
        for (Page page : Page.values()) {
            Path source = own.resolve(page.file());
            byte[] bytes = Files.exists(source)
                    ? Files.readAllBytes(source)
                    : packed(WEBJAR + arguments[0] + "/" + page.file());
            Files.write(out.resolve(page.file()), page.isText() ? withoutSourceMap(bytes) : bytes);
        }
    }

    static byte[] withoutSourceMap(byte[] text) {
        String whole = new String(text, StandardCharsets.UTF_8);
        return SOURCE_MAP.matcher(whole).replaceAll("").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] packed(String name) throws IOException {
        try (InputStream in = PackPages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("Swagger UI's WebJar has no " + name);
            }
            return in.readAllBytes();
        }
    }
}
