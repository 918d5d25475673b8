package io.wharf.stats;

import io.vertx.core.Context;
import io.wharf.contracts.ContainerProcess;
import io.wharf.streams.SharedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples several containers one after another on a thread that may block. What is finished is handed on in small
 * portions, so that no loop is held by all of them at once. Where one reading hangs, another thread goes on with the
 * containers behind it.
 */
final class Round {
    private static final Logger LOG = LoggerFactory.getLogger(Round.class);
    private static final int PORTION = 16;

    /** What is to be sampled, and then the sample in the forms that were wanted. */
    static final class Job {
        final Target target;
        final ContainerProcess container;
        private final boolean wantsFirst;
        private final boolean wantsNext;
        private @Nullable SharedMessage first;
        private @Nullable SharedMessage next;

        /** On the verticle's context. */
        Job(Target target, ContainerProcess container) {
            this.target = target;
            this.container = container;
            this.wantsFirst = target.wants(false);
            this.wantsNext = target.wants(true);
        }

        private void run(Workspace with) {
            Sampler.Parts parts = target.sampler().sample(container, with);
            if (wantsNext) {
                next = SharedMessage.of(with.json.array(), with.json.length());
            }
            if (wantsFirst) {
                Sampler.forgetBefore(with.json, parts);
                first = SharedMessage.of(with.json.array(), with.json.length());
            }
        }

        /** Hands the sample to who reads now. */
        void deliver(Deliveries deliveries) {
            target.deliver(first, next, deliveries);
        }

        /** After the deliveries have their own hold. */
        void release() {
            if (first != null) {
                first.release();
            }
            if (next != null) {
                next.release();
            }
        }
    }

    private final List<Job> jobs;
    private final Context context;
    private final Consumer<List<Job>> finished;
    private final List<Job> done = new ArrayList<>();
    private final AtomicInteger taken = new AtomicInteger();
    private int handedOn;
    private int seen;

    /**
     * One round.
     *
     * @param finished told on the context of each portion
     */
    Round(List<Job> jobs, Context context, Consumer<List<Job>> finished) {
        this.jobs = jobs;
        this.context = context;
        this.finished = finished;
    }

    /** Works until no job is left; by as many threads as need be. */
    void work(Workspace with) {
        for (int i = taken.getAndIncrement(); i < jobs.size(); i = taken.getAndIncrement()) {
            Job job = jobs.get(i);
            try {
                job.run(with);
            } catch (RuntimeException e) {
                LOG.warn("stats of {}", job.container.id(), e);
            }
            synchronized (done) {
                done.add(job);
                if (done.size() < PORTION) {
                    continue;
                }
            }
            handOn();
        }
        handOn();
    }

    /** Hands on what is finished so far; also where the thread that finished it hangs at the next one. */
    void handOn() {
        List<Job> portion;
        synchronized (done) {
            portion = List.copyOf(done);
            handedOn += portion.size();
            done.clear();
        }
        if (!portion.isEmpty()) {
            context.runOnContext(turn -> finished.accept(portion));
        }
    }

    /** On the context, now and then: whether jobs are left and none has been begun since the last look. */
    boolean hangs() {
        int now = taken.get();
        boolean still = now < jobs.size() && now == seen;
        seen = now;
        return still;
    }

    /** Whether every job is finished and handed on. */
    boolean isOver() {
        synchronized (done) {
            return handedOn == jobs.size();
        }
    }
}
