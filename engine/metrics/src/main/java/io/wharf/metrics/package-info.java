/**
 * What an operator watches: the measurements of the process, of all concerns and of each container in Prometheus' form,
 * and whether the engine is well.
 *
 * <p>Owns nothing: it reads {@link io.wharf.base.Metrics} and asks the services. Micrometer and what stands below it are
 * loaded with the first scrape.
 */
@NullMarked
package io.wharf.metrics;

import org.jspecify.annotations.NullMarked;
