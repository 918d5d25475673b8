/**
 * The engine's doors: unix sockets with their group, mode and role, TCP with and without TLS, sockets that systemd passed;
 * and who comes in by them.
 *
 * <p>It owns the listening sockets, and tells of each request who asks and in which role. It does not decide what a role may
 * do, knows no operation, and keeps nothing of a connection that has ended.
 * {@link io.wharf.api.doors.Listeners} is the entry.
 */
@NullMarked
package io.wharf.api.doors;

import org.jspecify.annotations.NullMarked;
