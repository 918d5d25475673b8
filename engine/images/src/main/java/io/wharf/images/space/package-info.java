/**
 * Space: removal by name, pruning, the collector between its marks, packed bytes that go where they can be made again.
 *
 * <p>It decides what may go; what goes is committed first, and the bytes follow. It never takes what work under way holds.
 */
@NullMarked
package io.wharf.images.space;

import org.jspecify.annotations.NullMarked;
