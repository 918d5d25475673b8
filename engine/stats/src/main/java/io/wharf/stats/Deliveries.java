package io.wharf.stats;

import io.netty.util.concurrent.EventExecutor;
import io.wharf.contracts.Feed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/** Messages on their way to readers: one turn of each reader's loop for all that go there. */
final class Deliveries {
    private record Turn(List<Feed.Reader> readers, List<Feed.Message> messages) implements Runnable {
        @Override
        public void run() {
            for (int i = 0; i < readers.size(); i++) {
                Feed.Message message = messages.get(i);
                try {
                    readers.get(i).take(message);
                } finally {
                    message.chunk().release();
                }
            }
        }
    }

    private final Map<EventExecutor, Turn> turns = new HashMap<>();

    void add(Feed.Reader reader, Feed.Message message) {
        Turn turn = turns.computeIfAbsent(reader.loop(), loop -> new Turn(new ArrayList<>(), new ArrayList<>()));
        message.chunk().retain();
        turn.readers.add(reader);
        turn.messages.add(message);
    }

    void send() {
        turns.forEach((loop, turn) -> {
            try {
                loop.execute(turn);
            } catch (RejectedExecutionException stopped) {
                turn.messages.forEach(message -> message.chunk().release());
            }
        });
    }
}
