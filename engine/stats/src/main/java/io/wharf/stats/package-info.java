/**
 * What containers use: one sampler of cgroups and network counters, however many read it.
 *
 * <p>Owns no table and samples nothing that nobody reads. Asks the containers which process is theirs.
 */
@NullMarked
package io.wharf.stats;

import org.jspecify.annotations.NullMarked;
