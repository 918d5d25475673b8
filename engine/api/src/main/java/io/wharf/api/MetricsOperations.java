package io.wharf.api;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.wharf.contracts.MetricsService;
import io.wharf.contracts.MetricsService.Check;
import java.util.List;
import java.util.Objects;

/** What an operator's tools ask for: measurements, and whether the engine is well. */
final class MetricsOperations {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final MetricsService metrics;

    MetricsOperations(MetricsService metrics) {
        this.metrics = metrics;
    }

    void register(Handlers handlers) {
        handlers.on("Metrics", this::scrape)
                .on("Live", call -> metrics.live().map(checks -> told(call, checks)))
                .on("Ready", call -> metrics.ready().map(checks -> told(call, checks)));
    }

    private Future<Reply> scrape(Call call) {
        String accept = Objects.requireNonNullElse(call.request().getHeader(HttpHeaders.ACCEPT), "");
        return metrics.scrape(accept).map(page -> new Reply.Text(OK, page.contentType(), page.text()));
    }

    /** As Kubernetes' own components answer: one word, or a line for each check where that is asked for or one failed. */
    private static Reply told(Call call, List<Check> checks) {
        boolean well = checks.stream().allMatch(Check::passed);
        if (well && !call.query().flag("verbose")) {
            return new Reply.Text(OK, TEXT, Buffer.buffer("ok"));
        }
        StringBuilder text = new StringBuilder();
        for (Check check : checks) {
            text.append(check.passed() ? "[+]" : "[-]")
                    .append(check.name())
                    .append(check.passed() ? " ok" : " failed: ");
            text.append(check.fault()).append('\n');
        }
        text.append(well ? "passed" : "failed").append('\n');
        return new Reply.Text(well ? OK : UNAVAILABLE, TEXT, Buffer.buffer(text.toString()));
    }
}
