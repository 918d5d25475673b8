package io.wharf.logs;

import java.io.IOException;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * A log at one moment: the driver's files as far as they count, and the spool from where they end.
 *
 * @param places the driver's files, the oldest first
 * @param json whether they hold JSON
 * @param out from where on the spool holds standard output that is not in the files, {@code err} standard error
 * @param end of the spool at that moment
 */
record View(List<SizedPlace> places, boolean json, SpoolCursor spool, long out, long err, long end)
        implements AutoCloseable {
    @Override
    public void close() {
        spool.close();
        for (SizedPlace place : places) {
            try {
                place.close();
            } catch (IOException e) {
                LoggerFactory.getLogger(View.class).warn("closing a log", e);
            }
        }
    }
}
