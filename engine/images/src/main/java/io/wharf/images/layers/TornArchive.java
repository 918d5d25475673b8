package io.wharf.images.layers;

import io.vertx.core.Future;
import io.wharf.base.ErrorKind;
import io.wharf.base.WharfException;
import java.io.EOFException;
import java.util.zip.ZipException;

/** Says in words that clients know what libraries say of an archive that ends too early or was damaged. */
public final class TornArchive {
    private TornArchive() {}

    public static <T> Future<T> told(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof EOFException) {
                return Future.failedFuture(new WharfException(ErrorKind.INVALID_ARGUMENT, "unexpected EOF", failure));
            }
            if (at instanceof ZipException) {
                return Future.failedFuture(new WharfException(
                        ErrorKind.INVALID_ARGUMENT, "gzip: invalid data: " + at.getMessage(), failure));
            }
        }
        return Future.failedFuture(failure);
    }
}
