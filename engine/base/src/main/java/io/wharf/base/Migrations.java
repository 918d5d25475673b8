package io.wharf.base;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings the tables of each owner to their newest version, one step a transaction.
 *
 * <p>{@code PRAGMA user_version} is the format of the file as a whole; a file from a newer engine is refused.
 */
final class Migrations {
    private static final int FORMAT = 1;
    private static final Schema OWN = new Schema(
            "journal",
            List.of(
                    "CREATE TABLE journal(seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, type TEXT NOT NULL,"
                            + " action TEXT NOT NULL, actor TEXT NOT NULL, attributes TEXT NOT NULL);"
                            + "CREATE INDEX journal_time ON journal(time_ns)",
                    // Numbers are without gaps and times and places rise with them: a search by halves finds each. The
                    // place says how many bytes the journal has taken up to and with a row.
                    "DROP INDEX journal_time; ALTER TABLE journal ADD COLUMN through INTEGER NOT NULL DEFAULT 0"));

    private Migrations() {}

    static void apply(Connection connection, Tx tx, List<Schema> schemas) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            long format = tx.query("PRAGMA user_version", row -> row.number(1)).getFirst();
            if (format > FORMAT) {
                throw WharfException.internal("the data root was written by a newer engine (format " + format
                        + ", this one knows " + FORMAT + ")");
            }
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS schema_version(owner TEXT PRIMARY KEY, version INTEGER NOT NULL)");
            List<Schema> all = new ArrayList<>(List.of(OWN));
            all.addAll(schemas);
            for (Schema schema : all) {
                migrate(statement, tx, schema);
            }
            statement.execute("PRAGMA user_version=" + FORMAT);
        }
    }

    private static void migrate(Statement statement, Tx tx, Schema schema) throws SQLException {
        List<Long> known =
                tx.query("SELECT version FROM schema_version WHERE owner = ?", row -> row.number(1), schema.owner());
        int version = known.isEmpty() ? 0 : known.getFirst().intValue();
        for (int step = version; step < schema.steps().size(); step++) {
            statement.execute("BEGIN IMMEDIATE");
            for (String sql : schema.steps().get(step).split(";")) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
            tx.update(
                    "INSERT INTO schema_version(owner, version) VALUES (?1, ?2)"
                            + " ON CONFLICT(owner) DO UPDATE SET version = ?2",
                    schema.owner(),
                    step + 1);
            statement.execute("COMMIT");
        }
    }
}
