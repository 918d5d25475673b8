package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.openapi.Operation;
import io.wharf.openapi.Role;
import java.util.Map;

/** The one place that answers operations which are in the contract but not in this engine, and failures in general. */
final class Refusals {
    // Docker's words: clients look for them to tell an engine without a swarm from a broken one.
    private static final String NO_SWARM = "This node is not a swarm manager. Use \"docker swarm init\" or"
            + " \"docker swarm join\" to connect this node to swarm and try again.";

    private Refusals() {}

    static Future<Reply> noSwarm() {
        return Future.failedFuture(new WharfException(ErrorKind.UNAVAILABLE, NO_SWARM));
    }

    static Future<Reply> notYet(Operation operation) {
        return Future.failedFuture(WharfException.notImplemented(operation.method() + " "
                + operation.path().replace("+}", "}") + " is not supported yet by this engine"));
    }

    static WharfException pageNotFound() {
        return WharfException.notFound("page not found");
    }

    /** The door's role is not enough. */
    static WharfException role(Operation operation, Role role) {
        return new WharfException(
                ErrorKind.FORBIDDEN,
                operation.id() + " is refused: this socket's role is " + role.word() + ", and it needs "
                        + operation.role().word());
    }

    /** The columns of a list of processes may be their environment. */
    static WharfException psArguments(String arguments, Role role) {
        return new WharfException(
                ErrorKind.FORBIDDEN,
                "ps_args " + arguments + " is refused: this socket's role is " + role.word() + ", and it needs "
                        + Role.OPERATOR.word());
    }

    /** A further process would get more than the container that it is in. */
    static WharfException privileged(Role role) {
        return new WharfException(
                ErrorKind.FORBIDDEN,
                "a privileged exec is refused: this socket's role is " + role.word() + ", and it needs "
                        + Role.ADMIN.word());
    }

    /** The body of an error. */
    static Map<String, String> body(WharfException failure) {
        return Map.of("message", String.valueOf(failure.getMessage()));
    }
}
