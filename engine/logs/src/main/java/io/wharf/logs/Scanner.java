package io.wharf.logs;

/** Reads records of one form out of blocks, for a {@link LogOutput}. */
interface Scanner {
    /**
     * Scans a block.
     *
     * @param offset of the block in the log
     * @param count of bytes in the block; fewer than {@link Blocks#BYTES} where the log has no more now
     * @param last whether nothing follows: a torn record at the end then counts as far as it goes
     * @return how many bytes were used up; the rest, an incomplete record, is wanted again with what follows it
     */
    int scan(byte[] block, int count, long offset, boolean last);

    /** Leaves out the rest of a record that began before the place where the scan starts. */
    void skipRest();
}
