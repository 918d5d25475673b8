package io.wharf.contracts;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the host knows of sockets, for those who serve them and may not ask the kernel.
 *
 * <p>All methods are short and may be called on an event loop.
 */
public interface HostSockets {
    /** Knows nothing: no process can be placed, and nothing was passed. */
    HostSockets UNKNOWN = new HostSockets() {
        @Override
        public Optional<String> container(int socket, int pid) {
            return Optional.empty();
        }

        @Override
        public List<Passed> passed() {
            return List.of();
        }
    };

    /**
     * The container in which the process at the other end of a unix socket lives, by its control group; empty where it
     * lives in none, or has ended, so that its number may be another's by now.
     *
     * @param socket descriptor of the connection
     * @param pid the process that connected
     */
    Optional<String> container(int socket, int pid);

    /** The listening sockets that systemd passed to this process, see sd_listen_fds(3); none at the second call. */
    List<Passed> passed();

    /**
     * A listening socket; its descriptor belongs to whoever took the list.
     *
     * @param descriptor its number
     * @param name as in FileDescriptorName=, null where none was told
     * @param unix whether it is a unix socket, else TCP
     * @param address path, or address and port
     */
    record Passed(int descriptor, @Nullable String name, boolean unix, String address) {}
}
