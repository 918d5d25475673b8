package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leases: what carries the label of one goes when nobody holds it any more. An unknown one is a 404. */
public interface LeaseService {
    /** The label that names a lease, on containers, networks, volumes and images. */
    String LABEL = "io.wharf.lease";

    /**
     * Makes a lease, which is held as long as the stream is read: the lease at once, and again every few seconds. It ends
     * where the lease is ended by others.
     *
     * @param labels what carries all of these goes with it, too; none for the lease's own label alone
     */
    Future<Handle<Flowable<Lease>>> open(Map<String, String> labels);

    /** Holds a lease that is there, beside others or after a loss; one that is ending is a 409. */
    Future<Handle<Flowable<Lease>>> hold(String id);

    Future<List<Lease>> list();

    /** Ends a lease whoever holds it; completes when all that was found is gone. What resists is told, and tried again. */
    Future<Void> end(String id);

    /**
     * A lease.
     *
     * @param label to put on what shall go with it, as {@code name=value}
     * @param labels what else goes with it; empty for nothing
     * @param createdAt RFC 3339
     * @param state {@code held}, {@code unheld} (for a moment, in which it may be held again) or {@code ending}
     * @param holders connections that hold it
     * @param lastError what could not be removed yet and why, or null
     */
    record Lease(
            @JsonProperty("Id") String id,
            String label,
            Map<String, String> labels,
            String createdAt,
            String state,
            int holders,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String lastError) {
        public Lease {
            labels = Map.copyOf(labels);
        }
    }
}
