/** To be said. */
@org.jspecify.annotations.NullMarked
package io.wharf.openapi;
