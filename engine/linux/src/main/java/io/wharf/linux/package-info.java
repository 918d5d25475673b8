/**
 * The only room that makes system calls: processes, descriptors, files, mounts, namespaces, netlink, nftables, cgroups.
 *
 * <p>Owns no state of the engine and takes no decisions: each class wraps one concern of the kernel, and an owner
 * elsewhere says what is done. Refused calls are {@link io.wharf.linux.LinuxException}s that name the call and its
 * arguments. Never starts a program by itself, never touches a mount, namespace, rule or cgroup that it was not given.
 */
@NullMarked
package io.wharf.linux;

import org.jspecify.annotations.NullMarked;
