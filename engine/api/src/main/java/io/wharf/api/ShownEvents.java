package io.wharf.api;

import io.reactivex.rxjava3.core.Flowable;
import io.wharf.base.Event;
import io.wharf.contracts.AccessService;
import io.wharf.openapi.Role;
import java.util.List;

/**
 * Which events a caller gets: those that tell of requests are for administrators. Docker's stream has neither these nor the
 * engine's own start and stop, which its clients do not know, but for those who ask for their type.
 */
final class ShownEvents {
    private static final String DAEMON = "daemon";
    /** The one event of this type that Docker has. */
    private static final String RELOAD = "reload";

    private ShownEvents() {}

    /**
     * The events that the caller gets.
     *
     * @param docker whether it is the stream in Docker's form
     */
    static Flowable<Event> of(Flowable<Event> events, Call call, boolean docker) {
        List<String> types = call.filters().get("type");
        boolean audit = call.caller().role() == Role.ADMIN && (!docker || types.contains(AccessService.AUDIT));
        boolean runs = !docker || types.contains(DAEMON);
        return audit && runs
                ? events
                : events.filter(event -> switch (event.type()) {
                    case AccessService.AUDIT -> audit;
                    case DAEMON -> runs || event.action().equals(RELOAD);
                    default -> true;
                });
    }
}
