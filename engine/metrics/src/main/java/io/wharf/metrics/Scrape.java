package io.wharf.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.wharf.base.Metrics;
import io.wharf.contracts.MetricsService.Page;
import io.wharf.linux.Pools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One page of all measurements, made when it is asked for; scrapes that come meanwhile get the same. */
final class Scrape {
    private final Vertx vertx;
    private final Pools pools;
    private final ProcessMetrics process;
    private final ExpositionFormatWriter openMetrics =
            OpenMetricsTextFormatWriter.builder().build();
    private final ExpositionFormatWriter prometheus =
            PrometheusTextFormatWriter.builder().build();
    private Future<List<MetricSnapshot>> underWay = Future.succeededFuture(List.of());

    Scrape(Vertx vertx, Pools pools) {
        this.vertx = vertx;
        this.pools = pools;
        this.process = new ProcessMetrics();
    }

    Future<Page> run(String accept) {
        if (underWay.isComplete()) {
            underWay = new Gather(vertx).run();
        }
        ExpositionFormatWriter writer = accept.contains("application/openmetrics-text") ? openMetrics : prometheus;
        return underWay.compose(gathered -> pools.call(() -> page(writer, gathered)));
    }

    private Page page(ExpositionFormatWriter writer, List<MetricSnapshot> gathered) throws IOException {
        List<MetricSnapshot> all = new ArrayList<>(gathered);
        Metrics.families().stream()
                .filter(family -> !family.series().isEmpty())
                .map(Snapshots::of)
                .forEach(all::add);
        process.measured().forEach(all::add);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, new MetricSnapshots(all));
        return new Page(writer.getContentType(), Buffer.buffer(text.toByteArray()));
    }
}
