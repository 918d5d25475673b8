package io.wharf.api;

import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A service of which a test says what single methods answer; the others fail. It remembers its calls. */
final class Fake<S> {
    private final Map<String, Function<Object[], Future<?>>> answers = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    final Class<S> type;
    final S service;

    Fake(Class<S> type) {
        this.type = type;
        this.service = type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    calls.add(method.getName() + List.of(arguments == null ? new Object[0] : nonNull(arguments)));
                    Function<Object[], Future<?>> answer = answers.get(method.getName());
                    return answer == null
                            ? Future.failedFuture(new UnsupportedOperationException(method.getName()))
                            : answer.apply(arguments);
                }));
    }

    private static Object[] nonNull(Object[] arguments) {
        Object[] shown = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            shown[i] = String.valueOf(arguments[i]);
        }
        return shown;
    }

    Fake<S> on(String method, Function<Object[], Future<?>> answer) {
        answers.put(method, answer);
        return this;
    }

    List<String> calls() {
        return calls;
    }
}
