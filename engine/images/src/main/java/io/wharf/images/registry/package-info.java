/**
 * The client of registries: hosts and mirrors, TLS, proxies, credentials, requests, downloads that go on where they broke.
 *
 * <p>It owns the folder {@code downloads} of the data root and the connections. It neither unpacks nor keeps what it fetches,
 * and knows no image but by the documents of a registry.
 */
@NullMarked
package io.wharf.images.registry;

import org.jspecify.annotations.NullMarked;
