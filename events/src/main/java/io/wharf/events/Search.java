package io.wharf.events;

import io.wharf.base.Tx;

/** Finds a row of the journal by what rises with its number, by halves; its numbers have no gaps. */
final class Search {
    private Search() {}

    /** The last number whose column is below a value; the one before the oldest where none is, 0 of an empty journal. */
    static long lastBefore(Tx tx, String column, long value) {
        long low = bound(tx, "SELECT coalesce(min(seq), 1) FROM journal") - 1;
        long high = bound(tx, "SELECT coalesce(max(seq), 0) FROM journal");
        String at = "SELECT " + column + " FROM journal WHERE seq = ?";
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (tx.query(at, row -> row.number(1), middle).getFirst() < value) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static long bound(Tx tx, String sql) {
        return tx.query(sql, row -> row.number(1)).getFirst();
    }
}
