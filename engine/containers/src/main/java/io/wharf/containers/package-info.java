/**
 * The containers: their life from create to removal, the OCI spec and runtime, the monitor of each, their streams, execs
 * and logs.
 *
 * <p>Owns the table of containers, the bundles, monitors and exit files under the exec root, and each container's folder
 * in the data root; announces all container events. Asks images, networks and volumes and is asked by none of them. Never
 * waits inside a container's lane for a process to end, never believes a pid alone, and leaves running containers alone
 * when the engine ends.
 */
@NullMarked
package io.wharf.containers;

import org.jspecify.annotations.NullMarked;
