package io.wharf.health;

import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.wharf.contracts.HealthPlan;
import io.wharf.contracts.HealthPlan.Place;
import io.wharf.linux.Errno;
import io.wharf.linux.Fd;
import io.wharf.linux.InetSockets;
import io.wharf.linux.Readiness;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A probe that connects from within the container's network: the socket is made there, and everything after that happens
 * on the event loop. Being accepted is enough.
 */
class ConnectProbe extends RunningProbe {
    static final int FAILED = 1;

    private final Place place;
    private @Nullable Fd socket;
    private @Nullable Readiness watch;

    ConnectProbe(Tools tools, HealthPlan plan, Place place) {
        super(tools, plan);
        this.place = place;
    }

    @Override
    final void work() {
        limitTime();
        InetAddress address = address();
        String netns = place.netns();
        Future<Fd> made = netns == null
                ? Future.succeededFuture(InetSockets.tcp(address))
                : tools.sockets().tcp(tools.context(), netns, address);
        made.onComplete(opened -> connect(opened, address), this::fail);
    }

    private InetAddress address() {
        try {
            // Numeric: nothing is looked up.
            return InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(place.address()));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private void connect(Fd opened, InetAddress address) {
        if (isOver()) {
            opened.close();
            return;
        }
        socket = opened;
        try {
            InetSockets.connect(opened, address, place.port());
        } catch (RuntimeException e) {
            finish(FAILED, target() + ": " + e.getMessage());
            return;
        }
        watch = Readiness.watch(tools.loop(), opened, Readiness.Interest.WRITE, () -> decided(opened));
    }

    private void decided(Fd opened) {
        if (isOver()) {
            return;
        }
        int errno = InetSockets.failure(opened);
        if (errno != 0) {
            finish(FAILED, target() + ": " + Errno.text(errno) + " (" + Errno.name(errno) + ")");
        } else {
            connected(opened);
        }
    }

    /** The connection stands. */
    void connected(Fd opened) {
        finish(0, target() + ": accepted");
    }

    /** What is tried, for messages. */
    String target() {
        return "tcp " + place.text();
    }

    final Place place() {
        return place;
    }

    /** Watches for what the other side says, instead of what was watched for. */
    final void watchForReading(Fd opened, Runnable readable) {
        Readiness before = watch;
        if (before != null) {
            before.cancel();
        }
        watch = Readiness.watch(tools.loop(), opened, Readiness.Interest.READ, readable);
    }

    @Override
    String saidSoFar() {
        return "";
    }

    @Override
    final void release() {
        Fd opened = socket;
        if (opened == null) {
            return;
        }
        if (watch != null) {
            watch.cancel(opened::close);
        } else {
            opened.close();
        }
    }
}
