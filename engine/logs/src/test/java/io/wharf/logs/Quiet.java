package io.wharf.logs;

/** Nobody listens. */
enum Quiet implements Pump.Listener {
    INSTANCE;

    @Override
    public void idle(ContainerLog log) {}

    @Override
    public void gaveUp(String id, String name, long lines) {}

    @Override
    public void cutOff(String id, String name, long bytes) {}

    @Override
    public void incomplete(String id, String name, long sinceNanos, String why) {}
}
