package io.wharf.cri;

import io.vertx.core.Future;
import io.wharf.base.Layout;
import io.wharf.base.Times;
import io.wharf.contracts.Filters;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.ImageSummary;
import io.wharf.contracts.ImageService.ListImages;
import io.wharf.cri.v1.FilesystemIdentifier;
import io.wharf.cri.v1.FilesystemUsage;
import io.wharf.cri.v1.Image;
import io.wharf.cri.v1.ImageFsInfoRequest;
import io.wharf.cri.v1.ImageFsInfoResponse;
import io.wharf.cri.v1.ImageServiceGrpcService;
import io.wharf.cri.v1.ImageSpec;
import io.wharf.cri.v1.ListImagesRequest;
import io.wharf.cri.v1.ListImagesResponse;
import io.wharf.cri.v1.UInt64Value;
import java.util.List;
import java.util.Map;

/** The ImageService as far as it goes, over the one image store. */
final class ImageAnswers extends ImageServiceGrpcService {
    private final ImageService images;
    private final Layout layout;

    ImageAnswers(ImageService images, Layout layout) {
        this.images = images;
        this.layout = layout;
    }

    @Override
    public Future<ListImagesResponse> listImages(ListImagesRequest request) {
        String wanted = request.getFilter().getImage().getImage();
        Filters filters = wanted.isEmpty() ? Filters.NONE : new Filters(Map.of("reference", List.of(wanted)));
        return images.list(new ListImages(false, true, false, filters)).map(found -> {
            ListImagesResponse.Builder reply = ListImagesResponse.newBuilder();
            found.forEach(image -> reply.addImages(image(image)));
            return reply.build();
        });
    }

    @Override
    public Future<ImageFsInfoResponse> imageFsInfo(ImageFsInfoRequest request) {
        return images.facts().map(facts -> {
            FilesystemUsage usage = FilesystemUsage.newBuilder()
                    .setTimestamp(Times.nowNanos())
                    .setFsId(FilesystemIdentifier.newBuilder()
                            .setMountpoint(layout.dataRoot().toString()))
                    .setUsedBytes(UInt64Value.newBuilder().setValue(facts.layersSize()))
                    .build();
            return ImageFsInfoResponse.newBuilder().addImageFilesystems(usage).build();
        });
    }

    private static Image image(ImageSummary image) {
        return Image.newBuilder()
                .setId(image.id())
                .addAllRepoTags(image.repoTags())
                .addAllRepoDigests(image.repoDigests())
                .setSize(image.size())
                .setSpec(ImageSpec.newBuilder().setImage(image.id()))
                .build();
    }
}
