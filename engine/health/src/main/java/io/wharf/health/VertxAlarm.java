package io.wharf.health;

import io.vertx.core.Vertx;

/** The alarm of a {@link Schedule}, as a timer of Vert.x. */
record VertxAlarm(Vertx vertx) implements Schedule.Alarm {
    @Override
    public long set(long delayMillis, Runnable ring) {
        return vertx.setTimer(delayMillis, rings -> ring.run());
    }

    @Override
    public void cancel(long number) {
        vertx.cancelTimer(number);
    }
}
