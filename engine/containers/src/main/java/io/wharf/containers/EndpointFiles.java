package io.wharf.containers;

import io.vertx.core.Future;
import io.wharf.contracts.NetworkService.Sandbox;
import io.wharf.oci.AppliedDns;
import io.wharf.oci.EtcFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a running container in its files of {@code /etc} that its networks have changed. */
final class EndpointFiles {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointFiles.class);

    private final Room room;

    EndpointFiles(Room room) {
        this.room = room;
    }

    /** Never fails: the networks are as asked, whatever the container did to its files. */
    Future<Void> rewrite(Container container, Sandbox before, Sandbox after) {
        return room.pools()
                .run(() -> EtcFiles.in(room.layout().container(container.id()))
                        .rewire(
                                container.config(),
                                AppliedDns.over(
                                        container.host(),
                                        room.options().networks().dns()),
                                before,
                                after))
                .recover(failure -> {
                    LOG.warn("files of /etc of {}: {}", container.id(), failure.toString());
                    return Future.succeededFuture();
                });
    }
}
