@NullMarked
package io.wharf.tar;

import org.jspecify.annotations.NullMarked;
