@org.jspecify.annotations.NullMarked
package io.wharf.volumes.local;
