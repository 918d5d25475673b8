/**
 * What a volume driver is to the volumes' owner: the local one and plugins stand behind the same face.
 *
 * <p>A driver knows where a volume's files are and how to reach them. It never counts users, writes rows or announces
 * events: that is the owner's.
 */
@NullMarked
package io.wharf.volumes.drivers;

import org.jspecify.annotations.NullMarked;
