package io.wharf.openapi;

import java.util.Optional;

/** The files of the page that shows the contract; there are no others. */
public enum Page {
    INDEX("index.html", "text/html; charset=utf-8"),
    START("start.js", "text/javascript; charset=utf-8"),
    SCRIPT("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    STYLE("swagger-ui.css", "text/css; charset=utf-8"),
    ICON("favicon-32x32.png", "image/png");

    private static final String FOLDER = "pages/";

    private final String file;
    private final String contentType;

    Page(String file, String contentType) {
        this.file = file;
        this.contentType = contentType;
    }

    /** The page of a file name. */
    public static Optional<Page> of(String file) {
        for (Page page : values()) {
            if (page.file.equals(file)) {
                return Optional.of(page);
            }
        }
        return Optional.empty();
    }

    public String file() {
        return file;
    }

    public String contentType() {
        return contentType;
    }

    /** Its bytes, read anew at each call. */
    public byte[] read() {
        return Contract.read(FOLDER + file);
    }

    boolean isText() {
        return contentType.startsWith("text/");
    }
}
