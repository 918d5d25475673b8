package io.wharf.stats;

/** What one sampling thread needs and uses again for every container: room for a file, room for JSON, the host's time. */
final class Workspace implements AutoCloseable {
    final KernelText text = new KernelText();
    final JsonBytes json = new JsonBytes();
    final SystemTime system = new SystemTime();

    @Override
    public void close() {
        system.close();
    }
}
