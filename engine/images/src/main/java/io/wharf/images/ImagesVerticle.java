package io.wharf.images;

import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.wharf.base.Digest;
import io.wharf.base.KernelLedger;
import io.wharf.base.Lanes;
import io.wharf.base.Schema;
import io.wharf.base.Slots;
import io.wharf.base.Store;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.CollectImages;
import io.wharf.contracts.Collected;
import io.wharf.contracts.ContainerDetail.GraphDriver;
import io.wharf.contracts.EngineOptions;
import io.wharf.contracts.Filters;
import io.wharf.contracts.Handle;
import io.wharf.contracts.ImageService;
import io.wharf.contracts.ImageSpace;
import io.wharf.contracts.ImageSpaceOptions.Mark;
import io.wharf.contracts.RegistryOptions;
import io.wharf.contracts.Services;
import io.wharf.contracts.Verified;
import io.wharf.images.archives.FetchRoot;
import io.wharf.images.archives.ImportRoot;
import io.wharf.images.archives.LoadArchive;
import io.wharf.images.archives.SaveArchive;
import io.wharf.images.catalog.Image;
import io.wharf.images.catalog.ImageTable;
import io.wharf.images.catalog.Images;
import io.wharf.images.catalog.Layer;
import io.wharf.images.drivers.StorageDrivers;
import io.wharf.images.layers.AddImage;
import io.wharf.images.layers.LayerStore;
import io.wharf.images.layers.UnpackLayer;
import io.wharf.images.progress.ProgressFeed;
import io.wharf.images.registry.Downloads;
import io.wharf.images.registry.InspectDistribution;
import io.wharf.images.registry.SearchRegistry;
import io.wharf.images.space.CompactBlobs;
import io.wharf.images.space.KeepHouse;
import io.wharf.images.space.MakeRoom;
import io.wharf.images.space.RemoveImages;
import io.wharf.images.space.SpaceOfImages;
import io.wharf.images.transfer.Transfers;
import io.wharf.linux.Pools;
import io.wharf.streams.BlockingInput;
import io.wharf.streams.HandleTable;
import io.wharf.tar.TarLimits;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Owns images, layers and the roots of containers: start, stop and the way to each verb. */
public final class ImagesVerticle extends VerticleBase implements ImageService {
    /** Threads for the bytes of layers: two for each that is unpacked, and some for archives that are written. */
    private static final int ARCHIVES = 4;

    private static final int BULK_THREADS = 2 * UnpackLayer.AT_ONCE + ARCHIVES;

    private final EngineOptions options;
    private final Store store;
    private final HandleTable handles;
    private final Pools pools;
    private final Pools bulk;
    /** Archives and commits at a time: each holds a thread for as long as its client takes. */
    private final Slots archives = new Slots(ARCHIVES);

    private final Lanes lanes = new Lanes("image");
    private final Images images = new Images();
    private final LayerStore layers;
    private final StorageDrivers drivers;
    private final ContainerLayers containers;
    private final UnpackLayer unpack;
    private final AddImage add;
    private RegistryOptions reach;
    private @Nullable Transfers transfers;
    /** Threads of a verification alone, for they are nice. */
    private @Nullable Pools quiet;

    private final Slots verifying = new Slots(1);
    private @Nullable CompactBlobs compact;
    private @Nullable KeepHouse house;

    public ImagesVerticle(EngineOptions options, Store store, KernelLedger ledger, HandleTable handles, Pools pools) {
        this.options = options;
        this.store = store;
        this.handles = handles;
        this.pools = pools;
        drivers = new StorageDrivers(options.layout(), options.storageDriver(), options.storageOptions());
        layers = new LayerStore(options.layout(), pools, images, drivers);
        containers = new ContainerLayers(options.layout(), store, ledger, pools, images, layers, drivers);
        reach = options.registries();
        bulk = new Pools(BULK_THREADS + reach.downloads() + reach.uploads(), 1);
        unpack = new UnpackLayer(options.layout(), bulk, TarLimits.of(options.imageLimits()));
        add = new AddImage(store, images, layers, lanes);
    }

    public static Schema schema() {
        return ImageTable.SCHEMA;
    }

    @Override
    public Future<?> start() {
        return ImageTable.load(store, images)
                .compose(loaded -> pools.run(drivers::clearTrials))
                .compose(ready -> layers.start())
                .compose(ready -> sweepDownloads())
                .compose(ready -> pools.run(drivers::start))
                .compose(ready -> containers.start())
                .compose(ready -> layers.damaged().users(containers::isMounted))
                .compose(ready -> lookAfterSpace())
                .onSuccess(ready -> Services.serve(vertx, ImageService.class, this));
    }

    @Override
    public Future<?> stop() {
        if (compact != null) {
            compact.stop();
        }
        if (house != null) {
            house.stop();
        }
        return layers.settled().compose(done -> pools.run(drivers::stop)).onComplete(done -> {
            bulk.close();
            if (quiet != null) {
                quiet.close();
            }
        });
    }

    @Override
    public Future<List<ImageSummary>> list(ListImages query) {
        return Future.succeededFuture(new ImageList(images).run(query));
    }

    @Override
    public Future<ImageDetail> inspect(String name, @Nullable WantedPlatform platform) {
        Image image = images.get(name).fitting(name, platform);
        return ImageTable.config(store, image.id())
                .map(exact -> new DescribeImage(images, layers, drivers).detail(image, exact));
    }

    @Override
    public Future<List<HistoryEntry>> history(String name, @Nullable WantedPlatform platform) {
        Image image = images.get(name).fitting(name, platform);
        return Future.succeededFuture(new DescribeImage(images, layers, drivers).history(image));
    }

    @Override
    public Future<Handle<ByteStream>> attestations(
            String name, @Nullable WantedPlatform platform, List<String> types, boolean statements) {
        return new TellAttestations(store, pools)
                .run(images.get(name).fitting(name, platform), types, statements)
                .map(text -> handles.offer(text, text::close));
    }

    @Override
    public Future<Void> tag(String name, String repository, @Nullable String tag) {
        return new TagImage(store, images, lanes).run(name, repository, tag);
    }

    @Override
    public Future<List<Removed>> remove(
            String name, boolean force, boolean noPrune, @Nullable WantedPlatform platform) {
        return removals().run(name, force, !noPrune, platform);
    }

    @Override
    public Future<Pruned> prune(Filters filters) {
        return removals().prune(filters);
    }

    @Override
    public Future<Handle<Flowable<Progress>>> pull(PullImage request) {
        return Future.succeededFuture(offer(transfers().pull(request)));
    }

    @Override
    public Future<Handle<Flowable<Progress>>> push(PushImage request) {
        return Future.succeededFuture(offer(transfers().push(request)));
    }

    @Override
    public Future<Handle<Flowable<Progress>>> load(
            Handle<ByteStream> archive, boolean quiet, @Nullable WantedPlatform platform) {
        BlockingInput bytes = BlockingInput.of(handles.take(archive));
        LoadArchive load = new LoadArchive(options.layout(), images, layers, unpack, add, bulk, archives);
        return watched(bytes::close, feed -> load.run(bytes, quiet, platform, feed));
    }

    @Override
    public Future<Handle<ByteStream>> save(List<String> names, @Nullable WantedPlatform platform) {
        ByteStream bytes = new SaveArchive(store, images, layers, bulk, archives).run(names, platform);
        return Future.succeededFuture(handles.offer(bytes, bytes::close));
    }

    @Override
    public Future<Handle<Flowable<Progress>>> importRoot(ImportImage request) {
        ImportRoot work = new ImportRoot(layers, unpack, add, options.version());
        Handle<ByteStream> body = request.root();
        if (body == null) {
            ImportRoot.Checked checked = ImportRoot.check(request);
            return FetchRoot.begin(vertx, bulk, String.valueOf(request.source()))
                    .compose(fetched ->
                            watched(fetched::close, feed -> work.run(checked, fetched.reporting(feed), feed)));
        }
        BlockingInput root = BlockingInput.of(handles.take(body));
        ImportRoot.Checked checked = ImportRoot.check(request, root::close);
        return watched(root::close, feed -> work.run(checked, root, feed));
    }

    @Override
    public Future<Handle<Flowable<Verified>>> verify(String name) {
        Image image = images.get(name);
        quiet = quiet == null ? new Pools(2, 1) : quiet;
        Flowable<Verified> lines = new VerifyImage(store, images, layers, quiet, verifying).run(image);
        return Future.succeededFuture(handles.offer(
                lines, () -> lines.subscribe(line -> {}, failure -> {}).dispose()));
    }

    @Override
    public Future<ImageForContainer> resolve(String name, @Nullable String platform) {
        ImageForContainer found = ResolveImage.forContainer(images, name, platform);
        new PinImage(store, images, lanes).used(found.id());
        return Future.succeededFuture(found);
    }

    @Override
    public Future<Void> createLayer(String containerId, Digest imageId, Map<String, String> storageOptions) {
        new PinImage(store, images, lanes).used(imageId);
        return containers.create(containerId, imageId, storageOptions);
    }

    @Override
    public Future<MountedRoot> mountRoot(String containerId) {
        images.container(containerId).ifPresent(layer -> new PinImage(store, images, lanes).used(layer.image()));
        return containers.mount(containerId);
    }

    @Override
    public Future<Void> unmountRoot(String containerId) {
        return containers.unmount(containerId);
    }

    @Override
    public Future<String> holdRoot(String containerId) {
        return containers.hold(containerId);
    }

    @Override
    public Future<Void> releaseRoot(String containerId) {
        return containers.release(containerId);
    }

    @Override
    public Future<LayerFolders> layerFolders(String containerId) {
        return Future.succeededFuture(containers.folders(containerId));
    }

    @Override
    public Future<GraphDriver> describeRoot(String containerId) {
        return Future.succeededFuture(containers.describe(containerId));
    }

    @Override
    public Future<Void> removeLayer(String containerId) {
        return containers.remove(containerId);
    }

    @Override
    public Future<LayerSizes> layerSizes(String containerId) {
        return containers.sizes(containerId);
    }

    @Override
    public Future<Digest> commit(CommitImage request) {
        return new CommitContainer(images, layers, drivers, unpack, add, bulk, archives, options.version())
                .run(request);
    }

    @Override
    public Future<Void> keepLayersOf(List<String> containerIds) {
        return containers.keepOnly(containerIds);
    }

    @Override
    public Future<StorageFacts> facts() {
        String driver = drivers.current().name();
        long size = images.layers().stream().mapToLong(Layer::size).sum();
        return pools.call(drivers.current()::facts)
                .map(status -> new StorageFacts(images.all().size(), driver, status, size));
    }

    @Override
    public Future<Login> authenticate(RegistryAuth credentials) {
        return transfers().registries().check(credentials);
    }

    @Override
    public Future<Distribution> distribution(String name, @Nullable RegistryAuth auth) {
        return new InspectDistribution(transfers().registries()).run(name, auth);
    }

    @Override
    public Future<List<Found>> search(String term, int limit, Filters filters, @Nullable RegistryAuth auth) {
        return new SearchRegistry(transfers().registries()).run(term, limit, filters, auth);
    }

    @Override
    public Future<Void> reach(RegistryOptions others) {
        reach = others;
        if (transfers != null) {
            transfers.reach(others);
        }
        return Future.succeededFuture();
    }

    private Future<Void> lookAfterSpace() {
        CompactBlobs blobs = new CompactBlobs(vertx, options.layout(), options.space(), store, images, layers);
        compact = blobs;
        layers.whenAdded(blobs::wake);
        KeepHouse keeping = new KeepHouse(vertx, options.space(), store, images, layers, lanes, collector());
        house = keeping;
        keeping.start(() -> {
            sweepDownloads();
            blobs.again();
        });
        return keeping.sweep().eventually(() -> blobs.start(pools));
    }

    private Future<Void> sweepDownloads() {
        return transfers == null
                ? pools.run(() -> Downloads.sweep(options.layout().downloads()))
                : transfers.sweep();
    }

    private MakeRoom collector() {
        return new MakeRoom(options.layout(), images, layers, lanes, pools, removals());
    }

    @Override
    public Future<Void> pin(String name, boolean pinned) {
        return new PinImage(store, images, lanes).run(name, pinned);
    }

    @Override
    public Future<Collected> collect(CollectImages request) {
        Mark low = request.low() == null ? options.space().low() : Mark.parse(request.low());
        if (low == null) {
            throw WharfException.invalid("a low mark is wanted, for none is configured");
        }
        return collector().run(low, request.dryRun());
    }

    @Override
    public Future<ImageSpace> space() {
        return Future.succeededFuture(
                SpaceOfImages.of(images, options.space(), compact == null ? 0 : compact.waiting()));
    }

    private RemoveImages removals() {
        return new RemoveImages(store, images, layers, lanes, containers::isInUse);
    }

    /** Begins work that one client watches; its hanging up stops it. */
    private Future<Handle<Flowable<Progress>>> watched(Runnable stop, Function<ProgressFeed, Future<?>> work) {
        ProgressFeed feed = new ProgressFeed(stop);
        Flowable<Progress> progress = feed.join();
        work.apply(feed).onComplete(done -> feed.end(), feed::fail);
        return Future.succeededFuture(offer(progress));
    }

    private Handle<Flowable<Progress>> offer(Flowable<Progress> progress) {
        return handles.offer(
                progress, () -> progress.subscribe(line -> {}, failure -> {}).dispose());
    }

    private Transfers transfers() {
        if (transfers == null) {
            transfers = new Transfers(
                    vertx,
                    options.layout(),
                    store,
                    images,
                    layers,
                    unpack,
                    add,
                    lanes,
                    pools,
                    bulk,
                    reach,
                    work -> context.runOnContext(turn -> work.run()));
        }
        return transfers;
    }
}
