@org.jspecify.annotations.NullMarked
package io.wharf.events.sinks;
