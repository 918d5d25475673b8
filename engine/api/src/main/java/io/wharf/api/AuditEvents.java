package io.wharf.api;

import io.reactivex.rxjava3.core.Flowable;
import io.wharf.base.Event;
import io.wharf.contracts.AccessService;
import io.wharf.openapi.Role;

/** Who sees the events that tell of requests: administrators, and on Docker's stream only those who ask for them. */
final class AuditEvents {
    private AuditEvents() {}

    /**
     * The events that the caller may see.
     *
     * @param docker whether it is the stream in Docker's form, whose clients know no such events
     */
    static Flowable<Event> shown(Flowable<Event> events, Call call, boolean docker) {
        boolean asked = !docker || call.filters().get("type").contains(AccessService.AUDIT);
        return asked && call.caller().role() == Role.ADMIN
                ? events
                : events.filter(event -> !event.type().equals(AccessService.AUDIT));
    }
}
