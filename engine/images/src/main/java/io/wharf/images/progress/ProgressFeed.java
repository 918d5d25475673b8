package io.wharf.images.progress;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.wharf.contracts.ImageService.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The progress of one piece of work, told to everybody who waits for it. Who joins late is told how things stand; a slow
 * reader misses amounts, never a status. When the last one leaves, nobody wants the work any more.
 */
public final class ProgressFeed {
    private static final int BACKLOG = 64;

    private record Joined(UnicastProcessor<Progress> out, AtomicInteger backlog) {}

    private final Runnable deserted;
    private final List<Joined> joined = new ArrayList<>();
    private final List<Progress> general = new ArrayList<>();
    private final Map<String, Progress> latest = new LinkedHashMap<>();
    private boolean ended;
    private @Nullable Throwable failure;

    public ProgressFeed(Runnable deserted) {
        this.deserted = deserted;
    }

    public synchronized void say(Progress progress) {
        if (progress.id() == null) {
            general.add(progress);
        } else {
            latest.put(progress.id(), progress);
        }
        for (Joined one : List.copyOf(joined)) {
            boolean amount = progress.isAmount();
            if (!amount || one.backlog.get() < BACKLOG) {
                one.backlog.incrementAndGet();
                one.out.onNext(progress);
            }
        }
    }

    public synchronized void end() {
        ended = true;
        List.copyOf(joined).forEach(one -> one.out.onComplete());
    }

    public synchronized void fail(Throwable why) {
        ended = true;
        failure = why;
        List.copyOf(joined).forEach(one -> one.out.onError(why));
    }

    /** One reader's stream; it is to be read once, and cancelled by who does not read it to the end. */
    public synchronized Flowable<Progress> join() {
        Joined one = new Joined(UnicastProcessor.create(), new AtomicInteger());
        general.forEach(progress -> replay(one, progress));
        latest.values().forEach(progress -> replay(one, progress));
        if (failure != null) {
            one.out.onError(failure);
        } else if (ended) {
            one.out.onComplete();
        } else {
            joined.add(one);
        }
        return one.out.doOnNext(progress -> one.backlog.decrementAndGet()).doOnCancel(() -> leave(one));
    }

    private static void replay(Joined one, Progress progress) {
        one.backlog.incrementAndGet();
        one.out.onNext(progress);
    }

    private void leave(Joined one) {
        boolean last;
        synchronized (this) {
            last = joined.remove(one) && joined.isEmpty() && !ended;
        }
        if (last) {
            deserted.run();
        }
    }
}
