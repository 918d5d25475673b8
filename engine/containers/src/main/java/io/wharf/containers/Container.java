package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.wharf.base.Layout;
import io.wharf.contracts.ContainerConfig;
import io.wharf.contracts.ContainerService.Exit;
import io.wharf.contracts.HostConfig;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One container: what is committed of it, and the run under way. Confined to the verticle's context; committed parts
 * change only after their commit.
 */
final class Container {
    /** Somebody who waits for an exit or the removal. */
    private record Waiter(boolean forRemoval, Promise<Exit> promise) {}

    private final String id;
    private Definition definition;
    private String name;
    private State state;
    private @Nullable Sandbox sandbox;
    private boolean stopWanted;
    private @Nullable Health health;

    // Not committed: what belongs to this life of the engine.
    private @Nullable Run run;
    private boolean starting;
    private boolean startAborted;
    private boolean restartingByHand;
    private boolean removing;
    private boolean heldStill;
    private boolean ending;
    private long restartTimer = -1;
    private int restartDelayMillis;
    private ActOnUnhealthy.@Nullable Cause cause;
    private int unhealthyRestarts;
    private Future<Void> released = Future.succeededFuture();
    private Future<Void> cleared = Future.succeededFuture();
    private final List<Waiter> waiters = new ArrayList<>();

    Container(
            String id, String name, Definition definition, State state, @Nullable Sandbox sandbox, boolean stopWanted) {
        this.id = id;
        this.name = name;
        this.definition = definition;
        this.state = state;
        this.sandbox = sandbox;
        this.stopWanted = stopWanted;
    }

    String id() {
        return id;
    }

    /** Without slash. */
    String name() {
        return name;
    }

    Definition definition() {
        return definition;
    }

    ContainerConfig config() {
        return definition.config();
    }

    HostConfig host() {
        return definition.host();
    }

    State state() {
        return state;
    }

    Status status() {
        return state.status();
    }

    /** Its first process on the host; 0 where none runs. */
    int pid() {
        return state.pid();
    }

    /** Its network, while it runs. */
    @Nullable
    Sandbox sandbox() {
        return sandbox;
    }

    /** Somebody stopped it by hand since it was last started: policies leave it alone. */
    boolean stopWanted() {
        return stopWanted;
    }

    /** What its last probes have found, of this run or an earlier one; null where there was none. */
    @Nullable
    Health health() {
        return health;
    }

    void health(@Nullable Health known) {
        health = known;
    }

    /** Why the engine itself is ending the run or has ended it, until the next has begun. */
    ActOnUnhealthy.@Nullable Cause cause() {
        return cause;
    }

    void cause(ActOnUnhealthy.@Nullable Cause now) {
        cause = now;
    }

    /** How often it was restarted for being unhealthy without a calm run in between. */
    int unhealthyRestarts() {
        return unhealthyRestarts;
    }

    void unhealthyRestarts(int count) {
        unhealthyRestarts = count;
    }

    MonitorFiles files(Layout layout) {
        return MonitorFiles.ofContainer(layout, id);
    }

    void redefined(Definition newDefinition) {
        definition = newDefinition;
    }

    void renamed(String newName) {
        name = newName;
    }

    void committed(State next) {
        state = next;
    }

    void committed(State next, @Nullable Sandbox network) {
        state = next;
        sandbox = network;
    }

    /** Whether its processes stand still for a copy of a volume, which its state does not show. */
    boolean heldStill() {
        return heldStill;
    }

    /** Whether somebody has told its processes to end, and waits for it. */
    boolean ending() {
        return ending;
    }

    void ending(boolean awaited) {
        ending = awaited;
    }

    void heldStill(boolean held) {
        heldStill = held;
    }

    void stopWanted(boolean wanted) {
        stopWanted = wanted;
    }

    /** The processes of the run under way, from the monitor's spawn until the exit is committed. */
    @Nullable
    Run run() {
        return run;
    }

    void run(@Nullable Run current) {
        run = current;
    }

    /** A start is under way. */
    boolean starting() {
        return starting;
    }

    void starting(boolean now) {
        starting = now;
        startAborted = false;
    }

    /** Somebody wants it gone or stopped before the start under way is over. */
    boolean startAborted() {
        return startAborted;
    }

    void abortStart() {
        startAborted = starting;
    }

    /** A restart by hand is under way: its end leads neither to a policy's restart nor to the removal. */
    boolean restartingByHand() {
        return restartingByHand;
    }

    void restartingByHand(boolean now) {
        restartingByHand = now;
    }

    /** Somebody is removing it: no start and no restart any more. */
    boolean removing() {
        return removing;
    }

    void removing(boolean now) {
        removing = now;
    }

    /** The timer of a restart's delay, or -1. */
    long restartTimer() {
        return restartTimer;
    }

    void restartTimer(long timer) {
        restartTimer = timer;
    }

    int restartDelayMillis() {
        return restartDelayMillis;
    }

    void restartDelayMillis(int millis) {
        restartDelayMillis = millis;
    }

    /** Completes when the last run's end is committed and what others may want is free: ports, root. Never fails. */
    Future<Void> released() {
        return released;
    }

    void released(Future<Void> future) {
        released = future;
    }

    /** Completes when what the last run left in the kernel is gone; the next start waits for it. Never fails. */
    Future<Void> cleared() {
        return cleared;
    }

    void cleared(Future<Void> future) {
        cleared = future;
    }

    Future<Exit> waiter(boolean forRemoval) {
        Promise<Exit> promise = Promise.promise();
        Waiter waiter = new Waiter(forRemoval, promise);
        waiters.add(waiter);
        return promise.future();
    }

    /** Tells those who wait for an exit; at the removal also those who wait for that. */
    void tell(Exit exit, boolean removed) {
        List<Waiter> told = waiters.stream()
                .filter(waiter -> removed || !waiter.forRemoval())
                .toList();
        waiters.removeAll(told);
        told.forEach(waiter -> waiter.promise().complete(exit));
    }

    /** Nobody wants the answer any more. */
    void forget(Future<Exit> waiting) {
        waiters.removeIf(waiter -> waiter.promise().future() == waiting);
    }
}
