/**
 * From a create request to something that an OCI runtime starts: the checks of every option, the plan of the mounts, the
 * bundle with its {@code config.json}, the security profiles, and the runtimes that this host has.
 *
 * <p>Owns no state and no table; writes only into folders that it is given. Knows the host ({@link
 * io.wharf.oci.HostFacts}), not the life of a container.
 */
@NullMarked
package io.wharf.oci;

import org.jspecify.annotations.NullMarked;
