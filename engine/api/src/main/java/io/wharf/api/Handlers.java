package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.openapi.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Which handler answers which operation; must agree with the contract. */
final class Handlers {
    /** Answers one operation; a failed future is answered by the table of errors. */
    @FunctionalInterface
    interface Handler {
        Future<? extends Reply> handle(Call call);
    }

    private final Map<String, Handler> byId = new HashMap<>();

    Handlers on(String operationId, Handler handler) {
        if (byId.put(operationId, handler) != null) {
            throw new IllegalStateException("two handlers for " + operationId);
        }
        return this;
    }

    /** Refuses operations without a handler and handlers without an operation. */
    Handlers checked(List<Operation> operations) {
        TreeSet<String> missing = new TreeSet<>();
        TreeSet<String> needless = new TreeSet<>(byId.keySet());
        for (Operation operation : operations) {
            if (operation.availability() == Operation.Availability.SERVED && !needless.remove(operation.id())) {
                missing.add(operation.id());
            }
        }
        if (!missing.isEmpty() || !needless.isEmpty()) {
            throw new IllegalStateException("the contract and the handlers differ: operations without handler "
                    + missing + ", handlers without operation " + needless);
        }
        return this;
    }

    Future<? extends Reply> handle(Call call) {
        Operation operation = call.operation();
        return switch (operation.availability()) {
            case SERVED -> served(operation.id()).handle(call);
            case SWARM -> Refusals.noSwarm();
            case LATER -> Refusals.notYet(operation);
        };
    }

    private Handler served(String operationId) {
        Handler handler = byId.get(operationId);
        if (handler == null) {
            throw new IllegalStateException("no handler for " + operationId);
        }
        return handler;
    }
}
