/**
 * Names: what containers in user-defined networks hear at 127.0.0.11.
 *
 * <p>Owns two sockets in each such container's network namespace, the rules there that lead port 53 to them, the table of
 * who is called what in which network, and what it has learnt about the servers that it asks in turn. Nothing runs in the
 * namespace but the sockets: all is served on the verticle's event loop, and no answer is ever kept. Messages are read and
 * written as in RFC 1035, with the sizes of RFC 6891.
 */
@NullMarked
package io.wharf.networking.dns;

import org.jspecify.annotations.NullMarked;
