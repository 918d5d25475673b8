package io.wharf.api;

import io.wharf.base.Json;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.HostConfig;

/** What an absent object of a body stands for. */
final class EmptyBody {
    static final ContainerConfig CONFIG = Json.read("{}", ContainerConfig.class);

    static final HostConfig HOST_CONFIG = Json.read("{}", HostConfig.class);

    private EmptyBody() {}
}
