/**
 * The journal over gRPC: a socket of its own, a server stream for each subscriber. Owns no state; asks the events' service
 * as any other room does. Loaded only where it is wanted, for gRPC costs an idle engine several megabytes.
 */
@NullMarked
package io.wharf.events.grpc;

import org.jspecify.annotations.NullMarked;
