package io.wharf.networking;

/** A bridge to guard: the name of its link and the addresses behind it. */
record BridgeRule(String link, Subnet subnet) {}
