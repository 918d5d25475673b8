package io.wharf.networking.ports;

/** Carries what callers of a port of the host and a container say to each other, where no rule of the kernel can. */
sealed interface Relay extends AutoCloseable permits TcpRelay, UdpRelay {
    /** Takes no more callers and closes the socket. Connections that are carried go on until they end. */
    @Override
    void close();
}
