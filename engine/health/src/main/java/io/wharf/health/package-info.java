/**
 * Whether containers are well: probes by exec, HTTP or TCP, and what follows when they fail.
 *
 * <p>Owns the schedule of the probes; the verdicts belong to the containers and are reported to them. Follows the stream
 * of events and asks the containers; nobody asks it.
 */
@NullMarked
package io.wharf.health;

import org.jspecify.annotations.NullMarked;
