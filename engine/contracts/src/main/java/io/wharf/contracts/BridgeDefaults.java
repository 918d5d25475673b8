package io.wharf.contracts;

import org.jspecify.annotations.Nullable;

/**
 * The addresses of the default bridge, beside {@link EngineOptions#bip}.
 *
 * @param ipv6 whether it has IPv6
 * @param bip6 its IPv6 address in CIDR form, or null to choose
 * @param fixedCidr part of its subnet that containers get addresses from, or null for all of it
 * @param fixedCidrV6 the same of IPv6, or its subnet where no address is given
 * @param gateway the way out of its containers, or null for the bridge itself
 * @param gatewayV6 the same of IPv6
 */
public record BridgeDefaults(
        boolean ipv6,
        @Nullable String bip6,
        @Nullable String fixedCidr,
        @Nullable String fixedCidrV6,
        @Nullable String gateway,
        @Nullable String gatewayV6) {
    /** Of an engine that nobody configured. */
    public static final BridgeDefaults USUAL = new BridgeDefaults(false, null, null, null, null, null);
}
