@NullMarked
package io.wharf.files;

import org.jspecify.annotations.NullMarked;
