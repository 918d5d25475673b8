/**
 * Who did what, and whether others allow it: the audit trail, and the chain of authorization plugins.
 *
 * <p>It owns the events of type {@code audit} and the order of the plugins. It serves no request, knows no operation, and
 * is asked only where the configuration wants it. {@link io.wharf.access.AccessVerticle} is the entry.
 */
@NullMarked
package io.wharf.access;

import org.jspecify.annotations.NullMarked;
