package io.wharf.base;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The current row of a query; valid only inside its mapper. Columns count from 1. */
public final class Row {
    private final ResultSet set;

    Row(ResultSet set) {
        this.set = set;
    }

    public String text(int column) {
        String value = textOrNull(column);
        if (value == null) {
            throw WharfException.internal("column " + column + " is null");
        }
        return value;
    }

    public @Nullable String textOrNull(int column) {
        try {
            return set.getString(column);
        } catch (SQLException e) {
            throw Store.failure("read column " + column, e);
        }
    }

    /** A BLOB. */
    public byte @Nullable [] bytesOrNull(int column) {
        try {
            return set.getBytes(column);
        } catch (SQLException e) {
            throw Store.failure("read column " + column, e);
        }
    }

    public long number(int column) {
        try {
            return set.getLong(column);
        } catch (SQLException e) {
            throw Store.failure("read column " + column, e);
        }
    }

    public boolean flag(int column) {
        return number(column) != 0;
    }
}
