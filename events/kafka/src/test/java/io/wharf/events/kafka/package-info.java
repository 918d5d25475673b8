/** Against a real broker. */
package io.wharf.events.kafka;
