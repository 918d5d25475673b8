/**
 * What each concern answers and announces: service interfaces, the records that travel between rooms, and the binder that
 * puts services on the event bus.
 *
 * <p>Records are immutable and go over the bus by reference. Those that mirror a JSON body of the Docker Engine API have
 * its names, units and defaults, and are also the form in which owners keep them. It holds no state and no logic.
 */
@NullMarked
package io.wharf.contracts;

import org.jspecify.annotations.NullMarked;
