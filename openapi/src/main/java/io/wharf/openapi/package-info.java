/**
 * The contract of the HTTP front, and the one source of its routes.
 *
 * <p>The contract is written in YAML, in parts ({@code src/main/openapi}). The build merges the parts, checks them and
 * writes what the engine reads at start, a table of operations and one of rules for their queries, and what it reads only
 * when somebody asks for it: the whole contract as JSON and as YAML, and the files of a page that shows it.
 * {@link io.wharf.openapi.Contract} and {@link io.wharf.openapi.Page} are the entries. The room answers no request and
 * knows no handler.
 */
@NullMarked
package io.wharf.openapi;

import org.jspecify.annotations.NullMarked;
