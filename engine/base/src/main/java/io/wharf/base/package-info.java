/**
 * What every room stands on: ids and digests, the one exception and its kinds, undo stacks, lanes, the SQLite store with
 * its single writer, the ledger of kernel objects, JSON, and the layout of the data and exec roots.
 *
 * <p>It owns the two database files and the order of commits. It knows nothing of containers, images or HTTP.
 */
@NullMarked
package io.wharf.base;

import org.jspecify.annotations.NullMarked;
