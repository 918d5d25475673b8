/**
 * The journal and its readers: keeps what was committed, gives it to whoever asks from any place that is kept, and trims
 * it by age and size.
 *
 * <p>It alone reads and trims the journal's table; rows are appended by {@link io.wharf.base.Tx#announce} in the commit
 * of the change itself. It never makes events and never holds anybody up: a slow reader reads on from disk.
 */
@NullMarked
package io.wharf.events;

import org.jspecify.annotations.NullMarked;
