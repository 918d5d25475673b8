/**
 * The Kubernetes CRI over gRPC, in terms of the same services that the Docker side uses.
 *
 * <p>So far it answers what a node asks first: version, status, images and their file system; pods are not run yet, the
 * status says so and their methods answer UNIMPLEMENTED. It keeps no state.
 */
@NullMarked
package io.wharf.cri;

import org.jspecify.annotations.NullMarked;
