package io.wharf.stats;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.wharf.contracts.ContainerProcess;
import io.wharf.contracts.ContainerService;
import io.wharf.contracts.Feed;
import io.wharf.linux.CgroupHierarchies;
import io.wharf.linux.Pools;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one sampler: each container that somebody reads is sampled once a second, whoever many read it.
 *
 * <p>Containers whose first readers came at about the same time share a beat, a timer that ends with its last reader.
 * Confined to the verticle's context; the readings are done on the pool.
 */
final class Sampling {
    private static final Logger LOG = LoggerFactory.getLogger(Sampling.class);
    private static final long PERIOD_MILLIS = 1000;
    /** Who comes so soon after a beat joins it: its first two samples are nearly a period apart. */
    private static final long SAME_BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** A reading takes some microseconds; one that takes this long hangs in the kernel. */
    private static final long HANGING_MILLIS = 250;
    /** So many readings may hang before sampling pauses; the pool is everybody's. */
    private static final int MOST_WORKERS = 4;

    private final Vertx vertx;
    private final Context context;
    private final Pools pools;
    private final ContainerService containers;
    private final Supplier<Sampler> samplers;
    private final Map<String, Target> targets = new HashMap<>();
    private final List<Beat> beats = new ArrayList<>();
    private final Deque<Workspace> free = new ArrayDeque<>();
    private int workers;

    /** Containers that are sampled together. */
    private static final class Beat {
        final Set<Target> targets = new LinkedHashSet<>();
        long timer;
        long nanos = System.nanoTime();
    }

    Sampling(
            Vertx vertx,
            Context context,
            Pools pools,
            ContainerService containers,
            CgroupHierarchies hierarchies,
            long hostBytes) {
        this.vertx = vertx;
        this.context = context;
        this.pools = pools;
        this.containers = containers;
        this.samplers = () -> new Sampler(hierarchies, hostBytes);
    }

    /** A sampler that is nobody else's. */
    Sampler sampler() {
        return samplers.get();
    }

    /** The samples of a container; who joins gets the first one without the one before. */
    Feed feed(String id) {
        return new Feed() {
            @Override
            public void join(Reader reader) {
                context.runOnContext(turn -> Sampling.this.join(id, reader, false));
            }

            @Override
            public void leave(Reader reader) {
                context.runOnContext(turn -> Sampling.this.leave(id, reader));
            }
        };
    }

    /** Whether the next sample of this container will be one with the one before. */
    boolean isUnderWay(String id) {
        Target target = targets.get(id);
        return target != null && target.sampled();
    }

    void join(String id, Feed.Reader reader, boolean served) {
        Target target = targets.get(id);
        if (target != null) {
            target.join(reader, served);
            return;
        }
        Target added = new Target(id, sampler());
        added.join(reader, served);
        targets.put(id, added);
        beat().targets.add(added);
        begin(List.of(added));
    }

    void leave(String id, Feed.Reader reader) {
        Target target = targets.get(id);
        if (target != null) {
            target.leave(reader);
            if (!target.isRead()) {
                drop(target);
            }
        }
    }

    private Beat beat() {
        for (Beat beat : beats) {
            if (System.nanoTime() - beat.nanos < SAME_BEAT_NANOS) {
                return beat;
            }
        }
        Beat beat = new Beat();
        beat.timer = vertx.setPeriodic(PERIOD_MILLIS, due -> tick(beat));
        beats.add(beat);
        return beat;
    }

    private void tick(Beat beat) {
        beat.nanos = System.nanoTime();
        if (workers < MOST_WORKERS) {
            begin(beat.targets.stream().filter(target -> !target.busy()).toList());
        } else {
            LOG.warn("{} readings of statistics hang in the kernel", workers);
        }
    }

    /** Asks where the containers' processes are now, and samples them. */
    private void begin(List<Target> wanted) {
        if (wanted.isEmpty()) {
            return;
        }
        wanted.forEach(target -> target.busy(true));
        containers
                .processesOf(wanted.stream().map(Target::id).toList())
                .onComplete(found -> sample(wanted, found), failure -> {
                    LOG.debug("no statistics: {}", failure.toString());
                    wanted.forEach(this::finish);
                });
    }

    private void sample(List<Target> wanted, List<ContainerProcess> found) {
        Map<String, ContainerProcess> byId = HashMap.newHashMap(found.size());
        found.forEach(process -> byId.put(process.id(), process));
        List<Round.Job> jobs = new ArrayList<>(wanted.size());
        for (Target target : wanted) {
            ContainerProcess process = byId.get(target.id());
            if (process != null && target.isRead()) {
                jobs.add(new Round.Job(target, process));
                continue;
            }
            finish(target);
            if (process == null && targets.containsValue(target)) {
                target.end();
                drop(target);
            }
        }
        if (!jobs.isEmpty()) {
            Round round = new Round(jobs, context, this::finished);
            work(round);
            watch(round);
        }
    }

    private void work(Round round) {
        workers++;
        Workspace kept = free.poll();
        pools.call(() -> {
                    Workspace with = kept == null ? new Workspace() : kept;
                    round.work(with);
                    return with;
                })
                .onComplete(
                        with -> {
                            workers--;
                            free.push(with);
                            tidy();
                        },
                        failure -> {
                            workers--;
                            LOG.warn("statistics", failure);
                        });
    }

    /** Where a reading hangs, what was finished before is handed on, and another thread takes the ones behind it. */
    private void watch(Round round) {
        vertx.setTimer(HANGING_MILLIS, due -> {
            round.handOn();
            if (round.hangs() && workers < MOST_WORKERS) {
                work(round);
            }
            if (!round.isOver()) {
                watch(round);
            }
        });
    }

    private void finished(List<Round.Job> portion) {
        Deliveries deliveries = new Deliveries();
        for (Round.Job job : portion) {
            job.deliver(deliveries);
            job.release();
            finish(job.target);
        }
        deliveries.send();
    }

    /** Its sampler is free again; that of one which nobody reads any more is closed. */
    private void finish(Target target) {
        target.busy(false);
        if (!target.isRead()) {
            pools.run(target.sampler()::close);
        }
    }

    private void drop(Target target) {
        targets.remove(target.id(), target);
        for (Beat beat : beats) {
            if (beat.targets.remove(target) && beat.targets.isEmpty()) {
                vertx.cancelTimer(beat.timer);
                beats.remove(beat);
                break;
            }
        }
        if (!target.busy()) {
            pools.run(target.sampler()::close);
        }
        tidy();
    }

    /** Nothing is held while nobody reads, and between the rounds no more than one thread needs. */
    private void tidy() {
        while (free.size() > (targets.isEmpty() ? 0 : 1)) {
            free.pop().close();
        }
    }

    /** Lets all readers go. */
    void close() {
        List.copyOf(targets.values()).forEach(target -> {
            target.end();
            drop(target);
        });
    }
}
