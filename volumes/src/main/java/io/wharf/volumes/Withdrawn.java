package io.wharf.volumes;

import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import io.wharf.linux.LinuxException;

/** What a copy fails with. */
final class Withdrawn {
    private Withdrawn() {}

    /** That its client has left, if that is so; else what went wrong, in words. */
    static WharfException orElse(Copies.Wish wish, Throwable failure) {
        if (wish.unwanted().getAsBoolean()) {
            return new WharfException(ErrorKind.CANCELLED, "withdrawn: the client has left");
        }
        if (failure instanceof LinuxException e) {
            return WharfException.internal("cannot copy: " + e.getMessage(), e);
        }
        return WharfException.of(failure);
    }
}
