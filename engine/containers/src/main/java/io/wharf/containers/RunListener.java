package io.wharf.containers;

import io.vertx.core.Future;

/** Whoever has to do with a container's streams; called on the verticle's context. */
interface RunListener {
    /** A start is under way; its monitor is started only after the answer. {@link #ended} follows where it fails. */
    Future<Void> preparing(Container container);

    /**
     * The monitor serves its attach socket and the process has not begun; the start waits for the answer, so connect
     * here what must not miss the first byte. A failure fails the start.
     *
     * @param files the monitor's
     */
    Future<Void> prepared(Container container, MonitorFiles files);

    /** The process has ended and all that it said is in the spool and on the sockets; told before the exit is committed. */
    Future<Void> ended(Container container, MonitorFiles files);

    /** A running container was found again at the engine's start. */
    Future<Void> adopted(Container container, MonitorFiles files);

    /** A container that does not run was found at the engine's start: something of its last run may be left. */
    Future<Void> atRest(Container container);

    /** The container is being removed, with its log. */
    Future<Void> removed(Container container);

    /** Listens to nothing. */
    RunListener NONE = new RunListener() {
        @Override
        public Future<Void> preparing(Container container) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> prepared(Container container, MonitorFiles files) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> ended(Container container, MonitorFiles files) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> adopted(Container container, MonitorFiles files) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> atRest(Container container) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> removed(Container container) {
            return Future.succeededFuture();
        }
    };
}
