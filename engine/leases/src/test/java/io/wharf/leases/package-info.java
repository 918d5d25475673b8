@org.jspecify.annotations.NullMarked
package io.wharf.leases;
