package io.wharf.linux;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A recording double of one of this room's interfaces that fails where it is told to.
 *
 * <p>Calls go on to a fake or to the real thing: {@code new Recorded<>(Mounts.class, Mounts.real())}, used through
 * {@link #face}. A call is written down as {@code unmount(/a, 2)} before it is made.
 */
public final class Recorded<T> {
    private final T face;
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();

    public Recorded(Class<T> type, T delegate) {
        face = type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    var call = method.getName() + "(" + shown(arguments) + ")";
                    calls.add(call);
                    var errno = failures.get(method.getName());
                    if (errno != null) {
                        throw new LinuxException(
                                method.getName(), errno, arguments == null ? new Object[0] : arguments);
                    }
                    try {
                        return method.invoke(delegate, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** What the code under test is given. */
    public T face() {
        return face;
    }

    /** All calls so far, in their order. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** From now on calls of this method fail with the error and do nothing. */
    public void fail(String method, int errno) {
        failures.put(method, errno);
    }

    /** Calls of this method go through again. */
    public void heal(String method) {
        failures.remove(method);
    }

    private static String shown(Object[] arguments) {
        var text = Arrays.deepToString(arguments == null ? new Object[0] : arguments);
        return text.substring(1, text.length() - 1);
    }
}
