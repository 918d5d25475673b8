/**
 * Archives: load, save and import; Docker's and OCI's, whichever way they come in.
 *
 * <p>An archive is put aside as a whole before anything is made of it. It owns nothing that lasts.
 */
@NullMarked
package io.wharf.images.archives;

import org.jspecify.annotations.NullMarked;
