@NullMarked
package io.wharf.networking.ports;

import org.jspecify.annotations.NullMarked;
