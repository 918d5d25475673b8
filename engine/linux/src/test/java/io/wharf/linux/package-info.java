@NullMarked
package io.wharf.linux;

import org.jspecify.annotations.NullMarked;
