package io.wharf.health;

import io.netty.channel.IoEventLoop;
import io.vertx.core.Context;
import io.wharf.contracts.ExecService;
import io.wharf.linux.NamespaceSockets;
import io.wharf.streams.HandleTable;

/**
 * What probes work with; made when the first container is to be probed.
 *
 * @param commandTurns of probes that start a process, which costs tens of milliseconds of a core each: a few at a time
 * @param connectTurns of probes that connect
 */
record Tools(
        Context context,
        IoEventLoop loop,
        Schedule schedule,
        ExecService execs,
        HandleTable handles,
        NamespaceSockets sockets,
        Turns commandTurns,
        Turns connectTurns) {}
