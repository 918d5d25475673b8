package io.wharf.cri;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.wharf.base.Layout;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ImageSummary;
import io.wharf.contracts.ImageService.StorageFacts;
import io.wharf.contracts.Services;
import io.wharf.cri.v1.ImageFsInfoRequest;
import io.wharf.cri.v1.ImageFsInfoResponse;
import io.wharf.cri.v1.ListImagesRequest;
import io.wharf.cri.v1.ListImagesResponse;
import io.wharf.cri.v1.StatusRequest;
import io.wharf.cri.v1.StatusResponse;
import io.wharf.cri.v1.VersionRequest;
import io.wharf.cri.v1.VersionResponse;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriVerticleTest {
    private static final String RUNTIME = "RuntimeService";
    private static final String IMAGES = "ImageService";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private Path socket;

    @BeforeEach
    void start() {
        socket = folder.resolve("cri.sock");
        Services.prepare(vertx);
        Services.serve(vertx, ImageService.class, oneImage());
        EngineOptions options = new EngineOptions(
                List.of(),
                new Layout(folder, folder.resolve("exec")),
                "none",
                null,
                false,
                null,
                List.of(),
                List.of(),
                Map.of(),
                null,
                Map.of(),
                false,
                "b",
                "1.2.3");
        await(vertx.deployVerticle(new CriVerticle(options, socket)));
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void version_namesTheEngine() {
        VersionResponse version =
                call(RUNTIME, "Version", VersionRequest.getDefaultInstance(), VersionResponse.newBuilder());
        assertThat(version.getRuntimeName()).isEqualTo("wharf");
        assertThat(version.getRuntimeVersion()).isEqualTo("1.2.3");
        assertThat(version.getRuntimeApiVersion()).isEqualTo("v1");
    }

    @Test
    void status_saysThatPodsDoNotRunYet() {
        StatusResponse status =
                call(RUNTIME, "Status", StatusRequest.getDefaultInstance(), StatusResponse.newBuilder());
        assertThat(status.getStatus().getConditionsList())
                .hasSize(2)
                .allSatisfy(condition -> assertThat(condition.getStatus()).isFalse());
    }

    @Test
    void images_areThoseOfTheOneStore() {
        ListImagesResponse images =
                call(IMAGES, "ListImages", ListImagesRequest.getDefaultInstance(), ListImagesResponse.newBuilder());
        assertThat(images.getImagesList()).singleElement().satisfies(image -> {
            assertThat(image.getId()).isEqualTo("sha256:1");
            assertThat(image.getRepoTagsList()).containsExactly("busybox:latest");
            assertThat(image.getSize()).isEqualTo(77);
        });
        ImageFsInfoResponse usage =
                call(IMAGES, "ImageFsInfo", ImageFsInfoRequest.getDefaultInstance(), ImageFsInfoResponse.newBuilder());
        assertThat(usage.getImageFilesystems(0).getUsedBytes().getValue()).isEqualTo(123);
    }

    @Test
    void otherMethods_areUnimplemented() {
        assertThat(status(RUNTIME, "RunPodSandbox")).isEqualTo(GrpcStatus.UNIMPLEMENTED);
    }

    @Test
    void socket_isRootsAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
    }

    private <Q extends Message, A extends Message> A call(
            String service, String method, Q request, Message.Builder reply) {
        ServiceMethod<A, Q> rpc = ServiceMethod.client(
                ServiceName.create("runtime.v1", service),
                method,
                GrpcMessageEncoder.encoder(),
                GrpcMessageDecoder.decoder(reply));
        GrpcClient client = GrpcClient.client(vertx);
        return await(client.request(SocketAddress.domainSocketAddress(socket.toString()), rpc)
                .compose(sent -> sent.end(request).compose(done -> sent.response()))
                .compose(response -> response.last()));
    }

    private GrpcStatus status(String service, String method) {
        ServiceMethod<VersionResponse, VersionRequest> rpc = ServiceMethod.client(
                ServiceName.create("runtime.v1", service),
                method,
                GrpcMessageEncoder.encoder(),
                GrpcMessageDecoder.decoder(VersionResponse.newBuilder()));
        return await(GrpcClient.client(vertx)
                .request(SocketAddress.domainSocketAddress(socket.toString()), rpc)
                .compose(sent -> sent.end(VersionRequest.getDefaultInstance()).compose(done -> sent.response()))
                .compose(response -> response.end().transform(ended -> Future.succeededFuture(response.status()))));
    }

    /** Answers the two questions that the CRI asks of images so far. */
    private static ImageService oneImage() {
        return (ImageService) Proxy.newProxyInstance(
                ImageService.class.getClassLoader(),
                new Class<?>[] {ImageService.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "list" ->
                        Future.succeededFuture(List.of(new ImageSummary(
                                "sha256:1", "", List.of("busybox:latest"), List.of(), 0, 77, -1, Map.of(), 0, false)));
                    case "facts" -> Future.succeededFuture(new StorageFacts(1, "overlay2", List.of(), 123));
                    default -> throw new IllegalStateException(method.getName());
                });
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
