/**
 * Whole-product tests: the real daemon, the real {@code docker} client, the real kernel.
 *
 * <p>Each class has one engine in network and mount namespaces of its own ({@link io.wharf.tests.Machine}), so that
 * it meets nobody else's bridges and rules, and what it leaves behind can be told exactly ({@link
 * io.wharf.tests.Leaks}). With {@code -Dwharf.test.engine=dockerd} the same expectations are put to Debian's dockerd:
 * one that fails there is wrong, or Wharf's own and marked so.
 */
@NullMarked
package io.wharf.tests;

import org.jspecify.annotations.NullMarked;
