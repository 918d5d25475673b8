@NullMarked
package io.wharf.networking;

import org.jspecify.annotations.NullMarked;
