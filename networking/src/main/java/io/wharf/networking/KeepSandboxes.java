package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.contracts.HostConfig.PortBinding;
import io.wharf.contracts.NetworkService.KeptSandbox;
import io.wharf.contracts.NetworkService.Sandbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares what stands with what containers know of, once at each start, and takes away what nobody wants. */
final class KeepSandboxes {
    private static final Logger LOG = LoggerFactory.getLogger(KeepSandboxes.class);

    private final Networks networks;
    private final LeaveSandbox leaving;
    private final DisconnectEndpoint disconnecting;
    private final RenameMember names;

    KeepSandboxes(Networks networks, LeaveSandbox leaving, DisconnectEndpoint disconnecting, RenameMember names) {
        this.networks = networks;
        this.leaving = leaving;
        this.disconnecting = disconnecting;
        this.names = names;
    }

    /** Answers the sandboxes of those that have fewer endpoints than they were said to, or publish other ports. */
    Future<Map<String, Sandbox>> run(Map<String, KeptSandbox> containers) {
        Map<String, Sandbox> changed = new LinkedHashMap<>();
        return leaving.keepOnly(containers.keySet())
                .compose(left -> Future.join(containers.entrySet().stream()
                        .map(entry -> agree(entry.getKey(), entry.getValue(), changed))
                        .toList()))
                .map(agreed -> {
                    tellPlugins();
                    return changed;
                });
    }

    /** Nobody waits for it: plugins may be slow to come back. */
    private void tellPlugins() {
        Set<String> kept = networks.members().stream()
                .flatMap(member -> member.endpoints().stream())
                .map(Endpoint::id)
                .collect(Collectors.toSet());
        networks.remote().keepOnly(kept);
    }

    private Future<Void> agree(String containerId, KeptSandbox kept, Map<String, Sandbox> changed) {
        return names.run(containerId, kept.name())
                .compose(named -> networks.lanes().run(containerId, () -> cut(containerId, kept)))
                .onSuccess(cut -> networks.member(containerId).ifPresent(member -> {
                    Sandbox sandbox = Views.sandbox(member, networks);
                    if (hasFewer(member, kept) || !published(sandbox.ports()).equals(published(kept.ports()))) {
                        changed.put(containerId, sandbox);
                    }
                }));
    }

    private static boolean hasFewer(Membership member, KeptSandbox kept) {
        return kept.endpoints().stream()
                .anyMatch(id -> member.endpoints().stream()
                        .noneMatch(endpoint -> endpoint.id().equals(id)));
    }

    /** Without those that are only shown, and in no order. */
    private static Map<String, Set<PortBinding>> published(Map<String, List<PortBinding>> ports) {
        Map<String, Set<PortBinding>> published = new HashMap<>();
        ports.forEach((port, bindings) -> {
            if (!bindings.isEmpty()) {
                published.put(port, Set.copyOf(bindings));
            }
        });
        return published;
    }

    /** Takes away what a crash has left of a connect. */
    private Future<Void> cut(String containerId, KeptSandbox kept) {
        List<Endpoint> halfMade = new ArrayList<>();
        networks.member(containerId)
                .ifPresent(member -> member.endpoints().stream()
                        .filter(endpoint ->
                                endpoint.leaving() || !kept.endpoints().contains(endpoint.id()))
                        .forEach(halfMade::add));
        Future<Void> done = Future.succeededFuture();
        for (Endpoint endpoint : halfMade) {
            LOG.info("Endpoint {} of {} was cut off", endpoint.id(), containerId);
            done = done.compose(before ->
                            disconnecting.takeAway(networks.member(containerId).orElseThrow(), endpoint))
                    .mapEmpty();
        }
        return done;
    }
}
