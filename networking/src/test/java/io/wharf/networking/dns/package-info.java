@NullMarked
package io.wharf.networking.dns;

import org.jspecify.annotations.NullMarked;
