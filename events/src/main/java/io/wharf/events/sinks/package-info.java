/**
 * Sinks: events that are brought to others by the engine itself, by HTTP or into a file.
 *
 * <p>A sink is a reader of the journal with a place that is kept on disk. It reads a page, delivers what it wants of it, in
 * order, and only then moves its place; what cannot be delivered is tried again until it can, and waits on disk meanwhile.
 * It holds nobody up and never makes an event of the journal. Nothing here is loaded by an engine without sinks.
 */
@NullMarked
package io.wharf.events.sinks;

import org.jspecify.annotations.NullMarked;
