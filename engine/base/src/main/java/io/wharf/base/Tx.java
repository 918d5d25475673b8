package io.wharf.base;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The statements of one unit of work inside the store; used on the store's thread only and never kept.
 *
 * <p>{@link #announce} adds an event to the journal in the same commit as the change that it tells of.
 */
public final class Tx {
    private static final String APPEND =
            "INSERT INTO journal(seq, time_ns, type, action, actor, attributes, through) VALUES (?, ?, ?, ?, ?, ?, ?)";

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final List<Event> announced = new ArrayList<>();
    private long lastSeq;
    private long lastNanos;
    /** How many bytes the journal has taken so far, those included that are trimmed away. */
    private long through;
    /** What this process says before all else; null once it is committed, or where there is nothing. */
    private @Nullable Consumer<Tx> opening;

    Tx(Connection connection) {
        this.connection = connection;
    }

    /** Runs an INSERT, UPDATE or DELETE; answers how many rows changed. Arguments: text, numbers, booleans, bytes, null. */
    public int update(String sql, @Nullable Object... arguments) {
        try {
            return bound(sql, arguments).executeUpdate();
        } catch (SQLException e) {
            forget(sql);
            throw Store.failure(sql, e);
        }
    }

    public <T> List<T> query(String sql, Function<Row, T> mapper, @Nullable Object... arguments) {
        List<T> rows = new ArrayList<>();
        try (ResultSet set = bound(sql, arguments).executeQuery()) {
            Row row = new Row(set);
            while (set.next()) {
                rows.add(mapper.apply(row));
            }
            return rows;
        } catch (SQLException e) {
            forget(sql);
            throw Store.failure(sql, e);
        }
    }

    /** Appends an event to the journal; it is distributed once this commit is durable. */
    public Event announce(String type, String action, String actorId, Map<String, String> attributes) {
        open();
        Event event = new Event(++lastSeq, nextNanos(), type, action, actorId, attributes);
        through += event.storedBytes();
        update(APPEND, event.seq(), event.timeNanos(), type, action, actorId, Json.write(event.attributes()), through);
        announced.add(event);
        return event;
    }

    /** Announces what this process says before all else, unless it is said already; each announcement does so by itself. */
    public void open() {
        Consumer<Tx> first = opening;
        // What was said and taken back with its unit of work is said again by the next one.
        if (first != null && announced.isEmpty()) {
            opening = null;
            try {
                first.accept(this);
            } finally {
                opening = first;
            }
        }
    }

    void openWith(Consumer<Tx> first) {
        opening = first;
    }

    /** Where the journal stands; called once, before the first unit of work. */
    void resumeJournal() {
        query("SELECT seq, time_ns, through FROM journal ORDER BY seq DESC LIMIT 1", row -> {
            lastSeq = row.number(1);
            lastNanos = row.number(2);
            through = row.number(3);
            return row;
        });
    }

    int announcedCount() {
        return announced.size();
    }

    /** Takes back the events of a unit of work that failed, so that the sequence stays without gaps. */
    void forgetAfter(int count) {
        while (announced.size() > count) {
            through -= announced.removeLast().storedBytes();
            lastSeq--;
        }
    }

    List<Event> takeAnnounced() {
        List<Event> taken = List.copyOf(announced);
        if (!taken.isEmpty()) {
            opening = null;
        }
        announced.clear();
        return taken;
    }

    private long nextNanos() {
        var now = java.time.Instant.now();
        lastNanos = Math.max(lastNanos + 1, now.getEpochSecond() * 1_000_000_000L + now.getNano());
        return lastNanos;
    }

    /** A statement without arguments or rows, parsed once: each unit of work needs two. */
    void run(String sql) throws SQLException {
        try {
            bound(sql).execute();
        } catch (SQLException e) {
            forget(sql);
            throw e;
        }
    }

    /** After a full disk or a failing one the driver has closed the statement, and it would fail from then on. */
    private void forget(String sql) {
        PreparedStatement failed = prepared.remove(sql);
        if (failed != null) {
            try {
                failed.close();
            } catch (SQLException e) {
                // Closed already, or to be closed with the connection.
            }
        }
    }

    private PreparedStatement bound(String sql, @Nullable Object... arguments) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < arguments.length; i++) {
            Object argument = arguments[i];
            statement.setObject(i + 1, argument instanceof Boolean b ? Integer.valueOf(b ? 1 : 0) : argument);
        }
        return statement;
    }
}
