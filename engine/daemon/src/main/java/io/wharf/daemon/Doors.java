package io.wharf.daemon;

import io.wharf.base.WharfException;
import io.wharf.contracts.HostSockets;
import io.wharf.linux.LinuxException;
import io.wharf.linux.PassedSockets;
import io.wharf.linux.PeerProcess;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks the kernel for those who serve sockets. */
final class Doors implements HostSockets {
    private Map<String, String> environment;

    /** Sockets are passed as the environment says. */
    Doors(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Optional<String> container(int socket, int pid) {
        try {
            return PeerProcess.container(socket, pid);
        } catch (LinuxException e) {
            // It ended while we looked.
            return Optional.empty();
        }
    }

    @Override
    public List<Passed> passed() {
        Map<String, String> told = environment;
        environment = Map.of();
        try {
            return PassedSockets.take(told).stream()
                    .map(socket -> new Passed(
                            socket.socket().release(), socket.name().orElse(null), socket.unix(), socket.address()))
                    .toList();
        } catch (LinuxException | IllegalArgumentException e) {
            throw WharfException.invalid("sockets of systemd: " + e.getMessage());
        }
    }
}
