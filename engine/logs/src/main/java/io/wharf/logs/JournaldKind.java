package io.wharf.logs;

import io.wharf.base.WharfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** {@code --log-driver journald}: the native protocol of the systemd journal. */
final class JournaldKind implements LogDriverKind {
    static final String SOCKET = "/run/systemd/journal/socket";

    private final String socket;

    JournaldKind() {
        this(SOCKET);
    }

    JournaldKind(String socket) {
        this.socket = socket;
    }

    @Override
    public String name() {
        return "journald";
    }

    /** Refuses where there is no journal as well: that does not come with time, as a server on the network does. */
    @Override
    public void check(Map<String, String> options) {
        OptionValues.checkNames(name(), options, Set.of(), '\'');
        if (!Files.exists(Path.of(socket))) {
            throw WharfException.invalid("journald is not enabled on this host");
        }
    }

    @Override
    public LogDriver open(LogSource source) throws IOException {
        return new JournaldDriver(source, socket);
    }
}
