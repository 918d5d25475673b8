/**
 * Volume drivers that live in other processes, by Docker's plugin protocol ({@code VolumeDriver.*}).
 *
 * <p>It asks and tells what was answered; rows, users and events are the volumes' owner's. A plugin is nobody's to wait for
 * but those who ask for its volumes: every call has its time.
 */
@NullMarked
package io.wharf.volumes.plugins;

import org.jspecify.annotations.NullMarked;
