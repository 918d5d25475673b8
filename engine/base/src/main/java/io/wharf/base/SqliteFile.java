package io.wharf.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** Opens a database file with the settings that the store's promises rest on. */
final class SqliteFile {
    private static final Set<String> COPYING = Set.of("btrfs", "zfs", "bcachefs");

    private SqliteFile() {}

    static Connection open(Path file, Store.Durability durability) throws SQLException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (!Files.exists(file)) {
                // Environments of containers stand in it; SQLite gives its log the mode of the file.
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
        } catch (IOException e) {
            throw WharfException.internal("cannot create the folder of " + file + ": " + e.getMessage(), e);
        }
        SQLiteConfig config = new SQLiteConfig();
        // JDBC's DriverManager would look for every driver on the class path first.
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            if (copiesOnWrite(file)) {
                statement.execute("PRAGMA locking_mode=EXCLUSIVE");
            }
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("PRAGMA synchronous=" + (durability == Store.Durability.FULL ? "FULL" : "OFF"));
            statement.execute("PRAGMA cache_size=-1024");
            statement.execute("PRAGMA temp_store=MEMORY");
            statement.execute("PRAGMA busy_timeout=5000");
            statement.execute("PRAGMA foreign_keys=ON");
        }
        return connection;
    }

    /** Another connection, that only reads what the first has committed; null where that has the file for itself. */
    static @Nullable Connection openBeside(Path file) throws SQLException {
        if (copiesOnWrite(file)) {
            return null;
        }
        Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only=ON");
            statement.execute("PRAGMA cache_size=-512");
            statement.execute("PRAGMA busy_timeout=5000");
        }
        return connection;
    }

    /**
     * On such a file system a write to mapped memory needs new room each time; where the disk is full, the process dies of
     * SIGBUS. SQLite maps the index of its log, unless it has the file for itself.
     */
    private static boolean copiesOnWrite(Path file) {
        try {
            return COPYING.contains(Files.getFileStore(file).type());
        } catch (IOException unknown) {
            return false;
        }
    }
}
