package io.wharf.containers;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.wharf.base.Digest;
import io.wharf.base.WharfException;
import io.wharf.contracts.ContainerDetail;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.NetworkService;
import io.wharf.contracts.Services;
import io.wharf.contracts.VolumeService;
import io.wharf.oci.Specs;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Images, networks and volumes as far as containers ask them: one busybox root for all, the host's network. */
final class OtherRooms {
    static final Digest IMAGE = Digest.of("busybox");

    final Set<String> layers = ConcurrentHashMap.newKeySet();
    final Set<String> mounted = ConcurrentHashMap.newKeySet();
    final Set<String> joined = ConcurrentHashMap.newKeySet();
    /** Volume to the container that uses it. */
    final Map<String, String> volumes = new ConcurrentHashMap<>();

    final Set<String> anonymous = ConcurrentHashMap.newKeySet();
    /** The next call of this name fails so. */
    final Map<String, String> failures = new ConcurrentHashMap<>();

    private final Path root;
    private final Path folder;

    OtherRooms(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    void serve(Vertx vertx) {
        Services.serve(vertx, ImageService.class, partial(ImageService.class, this::images));
        Services.serve(vertx, NetworkService.class, partial(NetworkService.class, this::networks));
        Services.serve(vertx, VolumeService.class, partial(VolumeService.class, this::volumes));
    }

    private interface Answers {
        Object to(String method, Object[] given);
    }

    private <T> T partial(Class<T> type, Answers answers) {
        InvocationHandler handler = (self, method, given) -> {
            String failure = failures.remove(method.getName());
            return failure == null
                    ? Future.succeededFuture(answers.to(method.getName(), given))
                    : Future.failedFuture(WharfException.internal(failure));
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private @Nullable Object images(String method, Object[] given) {
        switch (method) {
            case "resolve" -> {
                if (!given[0].equals("busybox")) {
                    throw WharfException.notFound("No such image: " + given[0] + ":latest");
                }
                return new ImageService.ImageForContainer(IMAGE, Specs.config("{}"), "amd64", "linux");
            }
            case "createLayer" -> layers.add((String) given[0]);
            case "mountRoot" -> {
                mounted.add((String) given[0]);
                return new ImageService.MountedRoot(root.toString(), new ContainerDetail.GraphDriver(null, "fake"));
            }
            case "describeRoot" -> {
                return new ContainerDetail.GraphDriver(null, "fake");
            }
            case "unmountRoot" -> mounted.remove(given[0]);
            case "removeLayer" -> {
                mounted.remove(given[0]);
                layers.remove(given[0]);
            }
            case "keepLayersOf" -> layers.retainAll((List<?>) given[0]);
            case "facts" -> {
                return new ImageService.StorageFacts(1, "fake", List.of(), 0);
            }
            default -> throw new UnsupportedOperationException(method);
        }
        return null;
    }

    private @Nullable Object networks(String method, Object[] given) {
        switch (method) {
            case "check" -> {
                return ((NetworkService.JoinNetworks) given[0]).endpoints();
            }
            case "join" -> {
                String id = ((NetworkService.JoinNetworks) given[0]).containerId();
                joined.add(id);
                return new NetworkService.Sandbox("", id, "", Map.of(), Map.of(), List.of());
            }
            case "leave" -> joined.remove(given[0]);
            case "keepSandboxesOf" -> {
                joined.retainAll(((Map<?, ?>) given[0]).keySet());
                return Map.of();
            }
            case "rename" -> {}
            case "facts" -> {
                return new NetworkService.NetworkFacts("none", "none", false, "");
            }
            default -> throw new UnsupportedOperationException(method);
        }
        return null;
    }

    private @Nullable Object volumes(String method, Object[] given) {
        switch (method) {
            case "create" -> {
                VolumeService.CreateVolume asked = (VolumeService.CreateVolume) given[0];
                volumes.putIfAbsent(asked.name(), "");
                if (asked.labels().containsKey("com.docker.volume.anonymous")) {
                    anonymous.add(asked.name());
                }
                return volume(asked.name());
            }
            case "use" -> {
                volumes.put((String) given[0], (String) given[1]);
                return volume((String) given[0]);
            }
            case "release" -> {
                Map<String, String> mine = new HashMap<>(volumes);
                mine.values().removeIf(user -> !user.equals(given[0]));
                mine.keySet().forEach(name -> volumes.put(name, ""));
                return mine.keySet().stream().filter(anonymous::contains).toList();
            }
            case "remove" -> volumes.remove(given[0]);
            case "mount" -> {
                return folder.resolve("volume").toString();
            }
            case "unmount", "keepUsesOf" -> {}
            default -> throw new UnsupportedOperationException(method);
        }
        return null;
    }

    private VolumeService.VolumeDetail volume(String name) {
        return new VolumeService.VolumeDetail(
                "", "local", Map.of(), folder.resolve("volume").toString(), name, Map.of(), "local", null);
    }
}
