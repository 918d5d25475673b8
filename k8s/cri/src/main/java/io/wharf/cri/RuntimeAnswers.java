package io.wharf.cri;

import io.vertx.core.Future;
import io.wharf.cri.v1.RuntimeCondition;
import io.wharf.cri.v1.RuntimeServiceGrpcService;
import io.wharf.cri.v1.RuntimeStatus;
import io.wharf.cri.v1.StatusRequest;
import io.wharf.cri.v1.StatusResponse;
import io.wharf.cri.v1.VersionRequest;
import io.wharf.cri.v1.VersionResponse;

/** The RuntimeService as far as it goes: who we are, and that pods cannot run here yet. */
final class RuntimeAnswers extends RuntimeServiceGrpcService {
    // The version of the kubelet's side of the interface, which has stayed at this value.
    private static final String KUBELET_API = "0.1.0";

    private final String version;

    RuntimeAnswers(String version) {
        this.version = version;
    }

    @Override
    public Future<VersionResponse> version(VersionRequest request) {
        return Future.succeededFuture(VersionResponse.newBuilder()
                .setVersion(KUBELET_API)
                .setRuntimeName("wharf")
                .setRuntimeVersion(version)
                .setRuntimeApiVersion("v1")
                .build());
    }

    @Override
    public Future<StatusResponse> status(StatusRequest request) {
        return Future.succeededFuture(StatusResponse.newBuilder()
                .setStatus(RuntimeStatus.newBuilder()
                        .addConditions(notYet("RuntimeReady"))
                        .addConditions(notYet("NetworkReady")))
                .build());
    }

    private static RuntimeCondition notYet(String type) {
        return RuntimeCondition.newBuilder()
                .setType(type)
                .setStatus(false)
                .setReason("PodsNotSupported")
                .setMessage("this engine does not run pods yet")
                .build();
    }
}
