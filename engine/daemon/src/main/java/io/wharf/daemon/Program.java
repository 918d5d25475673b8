package io.wharf.daemon;

/**
 * The name that the engine was started under: those who start {@code dockerd} get its configuration file and its words.
 *
 * @param name {@code wharfd} or {@code dockerd}
 * @param title as errors name the engine
 * @param config the configuration file of those who name none
 */
record Program(String name, String title, String config) {
    private static final Program WHARFD = new Program("wharfd", "daemon", "/etc/wharf/daemon.json");
    private static final Program DOCKERD = new Program("dockerd", "Docker daemon", "/etc/docker/daemon.json");

    /** As the script that starts the JVM tells, for a JVM does not know by which link it was called. */
    static Program here() {
        return DOCKERD.name.equals(System.getProperty("wharf.program")) ? DOCKERD : WHARFD;
    }
}
