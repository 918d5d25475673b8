/**
 * The contract of the HTTP front, and the one source of its routes.
 *
 * <p>The contract is written in YAML, in parts ({@code src/main/openapi}). The build merges the parts, checks them and
 * writes two resources: the whole contract as JSON, which is only read when somebody asks for it, and a table of its
 * operations, one a line, which the engine reads at start. {@link io.wharf.openapi.Contract} is the entry. The room
 * answers no request and knows no handler.
 */
@NullMarked
package io.wharf.openapi;

import org.jspecify.annotations.NullMarked;
