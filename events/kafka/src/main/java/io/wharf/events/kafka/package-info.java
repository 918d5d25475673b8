/**
 * Owns Kafka's producer: how it is set, and when what was given to it is safe. Publishes a {@code Messenger.Maker}, found as
 * a service. Never keeps a place in the journal, never decides when to try again, and is never on the engine's class path.
 */
@NullMarked
package io.wharf.events.kafka;

import org.jspecify.annotations.NullMarked;
