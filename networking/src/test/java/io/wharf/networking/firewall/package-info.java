@NullMarked
package io.wharf.networking.firewall;

import org.jspecify.annotations.NullMarked;
