@NullMarked
package io.wharf.api.doors;

import org.jspecify.annotations.NullMarked;
