@org.jspecify.annotations.NullMarked
package io.wharf.images.registry;
