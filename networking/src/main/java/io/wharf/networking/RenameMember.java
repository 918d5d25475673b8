package io.wharf.networking;

import io.vertx.core.Future;
import io.wharf.base.KernelLedger;

/** Keeps the name under which a network shows a container that got another one while it runs. */
final class RenameMember {
    private final Networks networks;
    private final KernelLedger ledger;

    RenameMember(Networks networks, KernelLedger ledger) {
        this.networks = networks;
        this.ledger = ledger;
    }

    Future<Void> run(String containerId, String name) {
        return networks.lanes()
                .run(
                        containerId,
                        () -> networks.member(containerId)
                                .filter(member -> !member.name().equals(name))
                                .map(member -> write(member.named(name)))
                                .orElseGet(Future::succeededFuture));
    }

    private Future<Void> write(Membership renamed) {
        return ledger.record(renamed.record()).onSuccess(written -> networks.put(renamed));
    }
}
