package io.wharf.networking;

import io.wharf.networking.address.Subnet;

/** A bridge to guard: the name of its link and the addresses behind it. */
record BridgeRule(String link, Subnet subnet) {}
