package io.wharf.base;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One SQLite database with one writer thread that commits in groups.
 *
 * <p>Units of work queue up while a commit is under way and share the next one; each is a savepoint, so that one that
 * fails takes nobody with it. A future completes only after its commit, on the context that asked. Nothing is visible
 * before it is durable: the listener receives the events of a commit, in order, before its futures complete.
 */
public final class Store implements AutoCloseable {
    /** How much of a promise a commit is. */
    public enum Durability {
        /** fsync at each commit: survives a power cut. */
        FULL,
        /** No fsync: survives the process, not the machine; for what a reboot ends anyway. */
        PROCESS
    }

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final Metrics.Family<Metrics.Durations> COMMITS =
            Metrics.durations("wharf_store_commit_seconds", "Commits, with their wait for the disk.");
    private static final Metrics.Family<Metrics.Counter> UNITS =
            Metrics.counters("wharf_store_units_total", "Pieces of work that were committed.");
    private static final Metrics.Family<Metrics.Counter> EVENTS =
            Metrics.counters("wharf_events_total", "Events that were committed.");
    private static final long SLOW_MILLIS = 1000;
    private static final int GROUP = 256;

    /** Each is itself alone; a record would be compared by its parts, by code that is made when it is first wanted. */
    private static final class Unit {
        private final Function<Tx, ?> work;
        private final CallerPromise<Object> promise;

        Unit(Function<Tx, ?> work, CallerPromise<Object> promise) {
            this.work = work;
            this.promise = promise;
        }

        Function<Tx, ?> work() {
            return work;
        }

        CallerPromise<Object> promise() {
            return promise;
        }
    }

    /** A unit's outcome, held back until its group is durable. */
    private record Outcome(
            CallerPromise<Object> promise,
            @Nullable Object value,
            @Nullable Throwable failure) {
        void tell() {
            if (failure == null) {
                promise.complete(value);
            } else {
                promise.fail(failure);
            }
        }
    }

    private static final Unit STOP = new Unit(tx -> true, CallerPromise.toNobody());

    private final Connection connection;
    private final Tx tx;
    private final BlockingQueue<Unit> queue = new LinkedBlockingQueue<>();
    private final Queue<Unit> riders = new ConcurrentLinkedQueue<>();
    private final Thread writer;
    private volatile Consumer<List<Event>> listener = events -> {};
    private volatile boolean closed;
    private volatile boolean drained;
    private final ReadBeside beside;

    private Store(Path file, Connection connection, Tx tx, String name) {
        this.beside = new ReadBeside(file, name);
        this.connection = connection;
        this.tx = tx;
        this.writer = Thread.ofPlatform().name(name).daemon(true).unstarted(this::drain);
    }

    /** Opens the file, brings each owner's tables up to date, and starts the writer. */
    public static Store open(Path file, Durability durability, List<Schema> schemas) {
        try {
            Connection connection = SqliteFile.open(file, durability);
            Tx tx = new Tx(connection);
            Migrations.apply(connection, tx, schemas);
            tx.resumeJournal();
            Store store = new Store(file, connection, tx, "store-" + file.getFileName());
            store.writer.start();
            return store;
        } catch (SQLException e) {
            throw failure("open " + file, e);
        }
    }

    static WharfException failure(String what, SQLException e) {
        return WharfException.internal("database: " + what + ": " + e.getMessage(), e);
    }

    /** Runs a unit of work and completes when it is durable. */
    public <T> Future<T> write(Function<Tx, T> work) {
        CallerPromise<T> promise = new CallerPromise<>();
        submit(work, promise);
        return promise.future();
    }

    @SuppressWarnings("unchecked")
    private <T> void submit(Function<Tx, T> work, CallerPromise<T> promise) {
        if (closed) {
            promise.fail(new WharfException(ErrorKind.UNAVAILABLE, "the engine is stopping"));
            return;
        }
        Unit unit = new Unit(work, (CallerPromise<Object>) promise);
        queue.add(unit);
        // Closed in between: the writer may have left without it.
        if (drained && queue.remove(unit)) {
            promise.fail(new WharfException(ErrorKind.UNAVAILABLE, "the engine is stopping"));
        }
    }

    /**
     * Runs a unit of work with the next that {@link #write} is given, in its commit, behind it. It makes no commit of its
     * own: whoever must not wait for others to write says so by an empty unit.
     */
    public void accompany(Function<Tx, ?> work) {
        riders.add(new Unit(work, CallerPromise.toNobody()));
    }

    /**
     * Has something announced before all else that is announced from now on, in the commit of that. It makes no commit of
     * its own; a unit of work that does {@link Tx#open} alone has it committed where nothing else happens.
     */
    public void openWith(Consumer<Tx> first) {
        tx.openWith(first);
    }

    /** Reads committed rows, in turn with the writes. For short reads; the state that serves requests is kept in memory. */
    public <T> Future<List<T>> read(String sql, Function<Row, T> mapper, @Nullable Object... arguments) {
        return write(unit -> unit.query(sql, mapper, arguments));
    }

    /**
     * Reads committed rows beside the writes, which do not wait for it: for what may be long, or asked for by many at a
     * time. Completes on the context that asked.
     */
    public <T> Future<T> readBeside(Function<Tx, T> work) {
        CallerPromise<T> promise = new CallerPromise<>();
        beside.run(work, promise, () -> submit(work, promise));
        return promise.future();
    }

    /** Sets who receives committed events, on the writer's thread; it must not block. */
    public void onCommit(Consumer<List<Event>> listener) {
        this.listener = listener;
    }

    /** Finishes what is queued, then closes the file. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        queue.add(STOP);
        try {
            beside.close();
            writer.join();
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            LOG.warn("closing the store: {}", e.getMessage());
        }
    }

    private void drain() {
        List<Unit> group = new ArrayList<>();
        boolean running = true;
        while (running) {
            try {
                group.add(queue.take());
            } catch (InterruptedException e) {
                return;
            }
            queue.drainTo(group, GROUP - 1);
            for (Unit rider = riders.poll(); rider != null; rider = riders.poll()) {
                group.add(rider);
            }
            running = !group.remove(STOP);
            commit(group);
            group.clear();
        }
        drained = true;
        for (Unit late = queue.poll(); late != null; late = queue.poll()) {
            late.promise().fail(new WharfException(ErrorKind.UNAVAILABLE, "the engine is stopping"));
        }
    }

    private void commit(List<Unit> group) {
        List<Outcome> outcomes = new ArrayList<>(group.size());
        long begun = System.nanoTime();
        try {
            tx.run("BEGIN IMMEDIATE");
            for (Unit unit : group) {
                outcomes.add(perform(unit));
            }
            FailurePoint.reach("commit " + writer.getName());
            tx.run("COMMIT");
            FailurePoint.died("committed " + writer.getName());
            List<Event> events = tx.takeAnnounced();
            measure(group.size(), events.size(), System.nanoTime() - begun);
            if (!events.isEmpty()) {
                publish(events);
            }
            outcomes.forEach(Outcome::tell);
        } catch (SQLException | WharfException e) {
            rollback();
            if (group.size() > 1) {
                // One of them may be too much for a disk that has room for the others.
                LOG.warn("commit of {} units failed, each is tried alone: {}", group.size(), e.getMessage());
                group.forEach(unit -> commit(List.of(unit)));
                return;
            }
            LOG.error("commit failed: {}", e.getMessage());
            WharfException failure = e instanceof SQLException sql ? failure("commit", sql) : WharfException.of(e);
            group.forEach(unit -> new Outcome(unit.promise(), null, failure).tell());
        }
    }

    private void measure(int units, int events, long nanos) {
        COMMITS.of().record(nanos);
        UNITS.of().add(units);
        EVENTS.of().add(events);
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        if (millis >= SLOW_MILLIS) {
            LOG.info("slow: a commit of {} pieces of work took {} ms", units, millis);
        }
    }

    /** The journal keeps what a listener fails to take. */
    private void publish(List<Event> events) {
        try {
            listener.accept(events);
        } catch (RuntimeException e) {
            LOG.warn(
                    "events {} and later were not distributed",
                    events.getFirst().seq(),
                    e);
        }
    }

    private Outcome perform(Unit unit) throws SQLException {
        int before = tx.announcedCount();
        tx.run("SAVEPOINT unit");
        try {
            Object value = unit.work().apply(tx);
            tx.run("RELEASE unit");
            return new Outcome(unit.promise(), value, null);
        } catch (RuntimeException | Error e) {
            takeBack(e);
            tx.forgetAfter(before);
            return new Outcome(unit.promise(), null, e);
        }
    }

    /** Where the disk is full, SQLite itself has taken the whole transaction back, and that is what failed. */
    private void takeBack(Throwable reason) throws SQLException {
        try {
            tx.run("ROLLBACK TO unit");
            tx.run("RELEASE unit");
        } catch (SQLException e) {
            throw reason.getCause() instanceof SQLException first ? first : e;
        }
    }

    private void rollback() {
        tx.forgetAfter(0);
        try (Statement control = connection.createStatement()) {
            control.execute("ROLLBACK");
        } catch (SQLException e) {
            LOG.debug("nothing to roll back: {}", e.getMessage());
        }
    }
}
