package io.wharf.containers;

/** The verbs that move a container from state to state, and so need one another. */
final class Lifecycle {
    final Leftovers leftovers;
    final VolumeUses volumes;
    final WatchRun watch;
    final WatchMemory memory;
    final ReleaseProcess release;
    final BeginRun begin;
    final EndRun end;
    final SignalContainer signals;
    final StartContainer start;
    final StopContainer stop;
    final RestartContainer restart;
    final ReapOrphans orphans;
    final RemoveContainer remove;
    final ActOnUnhealthy unhealthy;
    final ReportHealth health;
    final OpenFiles files;
    /** Set once, when the engine goes and takes the containers with it. */
    private boolean closing;

    Lifecycle(Room room) {
        files = new OpenFiles(room);
        leftovers = new Leftovers(room);
        volumes = new VolumeUses(room);
        watch = new WatchRun(room, this);
        memory = new WatchMemory(room);
        signals = new SignalContainer(room, this);
        release = new ReleaseProcess(room);
        begin = new BeginRun(room, this);
        end = new EndRun(room, this);
        start = new StartContainer(room, this);
        stop = new StopContainer(room, this);
        restart = new RestartContainer(room, this);
        orphans = new ReapOrphans(room.processes());
        remove = new RemoveContainer(room, this);
        unhealthy = new ActOnUnhealthy(room, this);
        health = new ReportHealth(room, this);
    }

    /** Whether nothing is to start any more. */
    boolean closing() {
        return closing;
    }

    void closing(boolean now) {
        closing = now;
    }
}
