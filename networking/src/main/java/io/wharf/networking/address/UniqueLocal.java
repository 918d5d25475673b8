package io.wharf.networking.address;

import io.wharf.networking.address.DefaultPools.Block;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The block of local IPv6 addresses that is an engine's own (RFC 4193): 65,536 subnets that no other is likely to have. */
public final class UniqueLocal {
    private static final byte PREFIX = (byte) 0xfd;
    private static final int BLOCK_PREFIX = 48;
    private static final int SUBNET_PREFIX = 64;
    private static final int GLOBAL_ID_BYTES = 5;
    private static final int ADDRESS_BYTES = 16;

    private UniqueLocal() {}

    /** Always the same for the same seed. */
    public static Block of(String seed) {
        byte[] address = new byte[ADDRESS_BYTES];
        address[0] = PREFIX;
        System.arraycopy(digest(seed), 0, address, 1, GLOBAL_ID_BYTES);
        return new Block(Subnet.around(Ip.of(address), BLOCK_PREFIX), SUBNET_PREFIX);
    }

    private static byte[] digest(String seed) {
        try {
            return Arrays.copyOf(
                    MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8)),
                    GLOBAL_ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
