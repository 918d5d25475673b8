package io.wharf.api;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.Handle;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageService.Progress;
import io.wharf.contracts.ImageService.WantedPlatform;
import io.wharf.streams.HandleTable;
import java.util.List;

/** Images on their way: pull, push, import, load, save. */
final class ImageTransferOperations {
    /** Since when a push chooses a platform; clients sent one before that, too, which meant nothing. */
    private static final int PUSH_BY_PLATFORM = 46;

    private static final String TAR = "application/x-tar";

    private final ImageService images;
    private final HandleTable handles;

    ImageTransferOperations(ImageService images, HandleTable handles) {
        this.images = images;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("ImageCreate", this::create)
                .on("ImagePush", this::push)
                .on("ImageSearch", this::search)
                .on("DistributionInspect", this::distribution)
                .on("ImageLoad", this::load)
                .on("ImageGet", call -> save(call, List.of(call.path("name"))))
                .on("ImageGetAll", call -> save(call, names(call)))
                .on("WharfImageVerify", this::verify);
    }

    private Future<Reply> create(Call call) {
        String image = call.query().text("fromImage");
        if (image != null) {
            call.stream().close();
            return pull(call, image);
        }
        String source = call.query().text("fromSrc");
        if (source == null) {
            throw WharfException.invalid("neither fromImage nor fromSrc tells what to create the image from");
        }
        return importRoot(call, source);
    }

    private Future<Reply> pull(Call call, String image) {
        String tag = call.query().text("tag");
        return progress(images.pull(new ImageService.PullImage(
                image,
                tag,
                tag == null && !namesOne(image),
                call.version().atLeast(32) ? call.query().text("platform") : null,
                RegistryAuthHeader.read(call.header("X-Registry-Auth")))));
    }

    /** Whether a reference has a tag or a digest; a colon before a slash is a port. */
    private static boolean namesOne(String reference) {
        return reference.indexOf('@') >= 0 || reference.lastIndexOf(':') > reference.lastIndexOf('/');
    }

    private Future<Reply> importRoot(Call call, String source) {
        Query query = call.query();
        boolean body = source.equals("-");
        if (!body) {
            call.stream().close();
        }
        return progress(images.importRoot(new ImageService.ImportImage(
                body ? offered(call.stream()) : null,
                body ? null : source,
                query.text("repo"),
                query.text("tag"),
                query.text("message"),
                call.version().atLeast(32) ? query.text("platform") : null,
                query.texts("changes"))));
    }

    private Future<Reply> push(Call call) {
        String name = call.path("name");
        String tag = call.query().text("tag");
        String platform =
                call.version().atLeast(PUSH_BY_PLATFORM) ? call.query().text("platform") : null;
        // Of each image one platform is kept: it is the wanted one, or there is none.
        Future<?> there = platform == null
                ? Future.succeededFuture()
                : images.inspect(tag == null ? name : name + ":" + tag, ReadPlatform.only(List.of(platform)));
        return there.compose(known -> progress(images.push(
                new ImageService.PushImage(name, tag, RegistryAuthHeader.read(call.header("X-Registry-Auth"))))));
    }

    private Future<Reply> search(Call call) {
        return images.search(
                        call.query().text("term", ""),
                        call.query().number("limit", 0),
                        call.filters("is-automated", "is-official", "stars"),
                        RegistryAuthHeader.read(call.header("X-Registry-Auth")))
                .map(found -> new Reply.Json(200, found));
    }

    private Future<Reply> distribution(Call call) {
        return images.distribution(call.path("name"), RegistryAuthHeader.read(call.header("X-Registry-Auth")))
                .map(known -> new Reply.Json(200, known));
    }

    private Future<Reply> load(Call call) {
        WantedPlatform platform = call.version().atLeast(48) ? ReadPlatform.of(call) : null;
        // Clients expect what is wrong within the stream, and its head when they have sent all: some stop at it.
        return images.load(offered(call.stream()), call.query().flag("quiet", true), platform)
                .map(handle -> new Reply.Lines(
                        handles.take(handle).cast(Object.class).onErrorReturn(WriteLines::refusal), false, "\r\n"));
    }

    private Future<Reply> save(Call call, List<String> names) {
        return images.save(names, call.version().atLeast(48) ? ReadPlatform.of(call) : null)
                .map(handle -> new Reply.Bytes(TAR, handles.take(handle)));
    }

    private Future<Reply> verify(Call call) {
        return images.verify(call.query().text("name", ""))
                .map(handle -> new Reply.Lines(handles.take(handle), true, "\n"));
    }

    private static List<String> names(Call call) {
        return call.query().texts("names").stream()
                .flatMap(names -> List.of(names.split(",")).stream())
                .peek(ImageTransferOperations::requireName)
                .toList();
    }

    private static void requireName(String name) {
        if (name.isEmpty()) {
            throw WharfException.invalid("invalid reference format");
        }
    }

    private Handle<ByteStream> offered(ByteStream bytes) {
        return handles.offer(bytes, bytes::close);
    }

    private Future<Reply> progress(Future<Handle<Flowable<Progress>>> begun) {
        return begun.map(handle -> new Reply.Lines(handles.take(handle), false, "\r\n"));
    }
}
