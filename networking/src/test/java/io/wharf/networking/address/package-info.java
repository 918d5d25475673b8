@NullMarked
package io.wharf.networking.address;

import org.jspecify.annotations.NullMarked;
