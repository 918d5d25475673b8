@NullMarked
package io.wharf.health;

import org.jspecify.annotations.NullMarked;
