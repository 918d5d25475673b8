package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.ContextInternal;
import io.wharf.base.WharfException;
import io.wharf.openapi.Contract;
import io.wharf.openapi.Page;
import java.util.Map;
import java.util.function.Supplier;

/** The contract itself, and the page that shows it. All is read from the jar at the request, and nothing is kept. */
final class ContractOperations {
    private static final String YAML = "application/yaml";
    // The page's own scripts draw with styles of their elements, and with pictures that stand in its style sheet.
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Vertx vertx;

    ContractOperations(Vertx vertx) {
        this.vertx = vertx;
    }

    void register(Handlers handlers) {
        handlers.on("WharfContract", call -> read(call, Reply.JSON, Contract::document))
                .on("WharfContractHead", call -> read(call, Reply.JSON, Contract::document))
                .on("WharfContractYaml", call -> read(call, YAML, Contract::yaml))
                .on("WharfContractYamlHead", call -> read(call, YAML, Contract::yaml))
                .on("WharfDocsFolder", ContractOperations::slash)
                .on("WharfDocs", call -> page(call, Page.INDEX))
                .on("WharfDocsHead", call -> page(call, Page.INDEX))
                .on("WharfDocsFile", this::file)
                .on("WharfDocsFileHead", this::file);
    }

    /** Relative, so that it holds behind any prefix. */
    private static Future<Reply> slash(Call call) {
        return Future.succeededFuture(new Reply.Head(301, Map.of("Location", "docs/")));
    }

    private Future<Reply> file(Call call) {
        String file = call.path("file");
        return page(call, Page.of(file).orElseThrow(() -> WharfException.notFound("the page has no file " + file)));
    }

    private Future<Reply> page(Call call, Page page) {
        call.request()
                .response()
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("Referrer-Policy", "no-referrer");
        return read(call, page.contentType(), page::read);
    }

    /** Reads on a thread that may wait for the disk, and answers with all of it, or with a head that tells its length. */
    private Future<Reply> read(Call call, String contentType, Supplier<byte[]> source) {
        HttpServerResponse response = call.request().response();
        response.putHeader("X-Content-Type-Options", "nosniff").putHeader("Cache-Control", "no-cache");
        boolean head = call.operation().method().equals("HEAD");
        Promise<Reply> answer = ((ContextInternal) vertx.getOrCreateContext()).promise();
        Thread.ofVirtual().start(() -> {
            try {
                byte[] bytes = source.get();
                answer.complete(
                        head
                                ? new Reply.Head(
                                        200,
                                        Map.of(
                                                "Content-Type",
                                                contentType,
                                                "Content-Length",
                                                String.valueOf(bytes.length)))
                                : new Reply.Text(200, contentType, Buffer.buffer(bytes)));
            } catch (RuntimeException e) {
                answer.fail(e);
            }
        });
        return answer.future();
    }
}
