package io.wharf.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.processors.UnicastProcessor;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.wharf.base.Event;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteSocketEventsTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        ApiUnderTest.await(vertx.close());
    }

    /** As Vert.x: a socket that has closed takes no more handlers. */
    @Test
    void socketThatClosedDuringTheUpgrade_keepsNoSubscription() {
        UnicastProcessor<Event> journal = UnicastProcessor.create();
        ServerWebSocket closed = (ServerWebSocket) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServerWebSocket.class}, (self, method, arguments) -> {
                    if (method.getName().equals("isClosed")) {
                        return true;
                    }
                    throw new IllegalStateException("WebSocket is closed");
                });
        Promise<Boolean> written = Promise.promise();
        vertx.runOnContext(turn -> {
            WriteSocketEvents.write(closed, new Reply.SocketEvents(journal, new EventTexts(event -> new byte[0])));
            // The one subscription that this source allows has been, and is over.
            written.complete(!journal.hasSubscribers());
        });
        assertThat(ApiUnderTest.await(written.future())).isTrue();
        journal.test().assertError(IllegalStateException.class);
    }
}
