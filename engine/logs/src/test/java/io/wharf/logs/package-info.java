@NullMarked
package io.wharf.logs;

import org.jspecify.annotations.NullMarked;
