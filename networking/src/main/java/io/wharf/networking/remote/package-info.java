/**
 * Network drivers that live in other processes, by Docker's remote driver protocol ({@code NetworkDriver.*}).
 *
 * <p>It asks plugins and keeps in the ledger which endpoints they have been told of; links, addresses, rows and events are the
 * networks' owner's. A plugin is nobody's to wait for but those who make something of it: every call has its time.
 */
@NullMarked
package io.wharf.networking.remote;

import org.jspecify.annotations.NullMarked;
