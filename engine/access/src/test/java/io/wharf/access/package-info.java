@org.jspecify.annotations.NullMarked
package io.wharf.access;
