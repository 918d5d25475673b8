/**
 * What containers say, kept and delivered: log drivers with their saved positions, rotation, and reading back.
 *
 * <p>Owns the driver's files of each container and the position up to which the monitor's spool is consumed. Is asked by
 * the containers and asks nobody. A destination that is slow or away holds up neither a container nor another log.
 */
@NullMarked
package io.wharf.logs;

import org.jspecify.annotations.NullMarked;
