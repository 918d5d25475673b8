package io.wharf.api;

import io.wharf.base.WharfException;
import io.wharf.openapi.Operation;

/** Operations that came after the oldest version. */
final class Since {
    private Since() {}

    /** Refuses an operation that the version has not; the status is Docker's, for 404 means that an object is missing. */
    static void check(Operation operation, ApiVersion version) {
        if (!version.atLeast(operation.since())) {
            throw WharfException.invalid(operation.method() + " "
                    + operation.path().replace("+}", "}") + " requires minimum API version 1." + operation.since());
        }
    }
}
