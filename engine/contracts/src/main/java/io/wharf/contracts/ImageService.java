package io.wharf.contracts;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.reactivex.rxjava3.core.Flowable;
import io.vertx.core.Future;
import io.wharf.base.Digest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The images verticle's answers. {@code name} is a reference as Docker normalises it, a digest, an image id or a unique
 * prefix of one; an unknown one is a 404 {@code No such image: name}.
 */
public interface ImageService {
    Future<List<ImageSummary>> list(ListImages query);

    default Future<ImageDetail> inspect(String name) {
        return inspect(name, null);
    }

    /** The same, of an image that must be for this platform; another is a 404 that says for which it is. */
    Future<ImageDetail> inspect(String name, @Nullable WantedPlatform platform);

    default Future<List<HistoryEntry>> history(String name) {
        return history(name, null);
    }

    Future<List<HistoryEntry>> history(String name, @Nullable WantedPlatform platform);

    /**
     * What builders attested of an image, by in-toto predicate type or all where {@code types} is empty, as a JSON array of
     * Docker's {@code AttestationStatement}; asked with {@code statements}, a text that is not kept is a 404.
     */
    Future<Handle<ByteStream>> attestations(
            String name, @Nullable WantedPlatform platform, List<String> types, boolean statements);

    Future<Void> tag(String name, String repository, @Nullable String tag);

    default Future<List<Removed>> remove(String name, boolean force, boolean noPrune) {
        return remove(name, force, noPrune, null);
    }

    Future<List<Removed>> remove(String name, boolean force, boolean noPrune, @Nullable WantedPlatform platform);

    Future<Pruned> prune(Filters filters);

    /** Fetches from a registry. The stream ends when the image stands; a failure ends it with that failure. */
    Future<Handle<Flowable<Progress>>> pull(PullImage request);

    Future<Handle<Flowable<Progress>>> push(PushImage request);

    /** Takes in an archive as {@code docker save} or an OCI layout in a tar has it. */
    default Future<Handle<Flowable<Progress>>> load(Handle<ByteStream> archive, boolean quiet) {
        return load(archive, quiet, null);
    }

    /** The same, of those images that are for a platform. */
    Future<Handle<Flowable<Progress>>> load(
            Handle<ByteStream> archive, boolean quiet, @Nullable WantedPlatform platform);

    /** Writes an archive of the images to be read by {@code load}. */
    default Future<Handle<ByteStream>> save(List<String> names) {
        return save(names, null);
    }

    Future<Handle<ByteStream>> save(List<String> names, @Nullable WantedPlatform platform);

    /** Makes an image of one layer out of a plain or compressed tar of a root. */
    Future<Handle<Flowable<Progress>>> importRoot(ImportImage request);

    /** Reads all that is kept of an image again; the last line sums up. Leaving the stream ends the work. */
    Future<Handle<Flowable<Verified>>> verify(String name);

    /** What a container is made from; used by the containers verticle, whose container then counts as a user. */
    Future<ImageForContainer> resolve(String name, @Nullable String platform);

    /** Makes a container's writable layer on top of an image. */
    Future<Void> createLayer(String containerId, Digest imageId, Map<String, String> storageOptions);

    /** Mounts the container's root and answers where; mounted already is fine. */
    Future<MountedRoot> mountRoot(String containerId);

    /** Unmounts the container's root; not mounted is fine. */
    Future<Void> unmountRoot(String containerId);

    /**
     * Keeps the container's root mounted for somebody who looks at its files, whether it runs or not; answers where. It
     * is the same mount that a run has, so that both see one file system.
     */
    Future<String> holdRoot(String containerId);

    /** Ends one {@link #holdRoot}; with the last one the root of a container that does not run is unmounted. */
    Future<Void> releaseRoot(String containerId);

    /** Where the container's writable layer lies, and those below it. */
    Future<LayerFolders> layerFolders(String containerId);

    /** How the container's root is put together, mounted or not. */
    Future<ContainerDetail.GraphDriver> describeRoot(String containerId);

    /** Removes the container's writable layer, unmounted first; none there is fine. */
    Future<Void> removeLayer(String containerId);

    /** Bytes of the writable layer, and of the whole root. */
    Future<LayerSizes> layerSizes(String containerId);

    /** Makes an image of the container's writable layer; answers its id. */
    Future<Digest> commit(CommitImage request);

    /** Called once by containers at its recovery: layers of containers that are not named are orphans and go. */
    Future<Void> keepLayersOf(List<String> containerIds);

    Future<StorageFacts> facts();

    /** Pins an image, which is then neither pruned nor collected, or lets it go again. */
    Future<Void> pin(String name, boolean pinned);

    /** Removes the images that were not used for longest, until there is room. */
    Future<Collected> collect(CollectImages request);

    /** Where the bytes of images are. */
    Future<ImageSpace> space();

    /** Checks credentials at a registry. */
    Future<Login> authenticate(RegistryAuth credentials);

    /** What a registry has under a name, without fetching it. */
    Future<Distribution> distribution(String name, @Nullable RegistryAuth auth);

    /** Repositories that a registry finds for a term, at most {@code limit} of them or its own number where that is 0. */
    Future<List<Found>> search(String term, int limit, Filters filters, @Nullable RegistryAuth auth);

    /** Takes other ways to the registries from now on; what runs goes on as it began. */
    Future<Void> reach(RegistryOptions registries);

    /** What to list; {@code all} also intermediate images, {@code digests} with RepoDigests. */
    record ListImages(boolean all, boolean digests, boolean sharedSize, Filters filters) {}

    /** A platform that a request names, in Go's words; the variant is empty for any. */
    record WantedPlatform(String os, String architecture, String variant) {}

    /** One row of {@code GET /images/json}: sizes in bytes, created in seconds since the epoch. */
    record ImageSummary(
            @JsonProperty("Id") String id,
            String parentId,
            List<String> repoTags,
            List<String> repoDigests,
            long created,
            long size,
            long sharedSize,
            Map<String, String> labels,
            long containers,

            @JsonProperty("WharfPinned") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            boolean pinned) {}

    /**
     * The body of {@code GET /images/{name}/json}.
     *
     * @param container the one that the image was made of, as old engines wrote it down; with its config
     */
    record ImageDetail(
            @JsonProperty("Id") String id,
            List<String> repoTags,
            List<String> repoDigests,
            String parent,
            String comment,
            String created,
            String dockerVersion,
            String author,
            ContainerConfig config,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String container,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            ContainerConfig containerConfig,

            String architecture,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String variant,
            String os,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) String osVersion,
            long size,
            ContainerDetail.GraphDriver graphDriver,
            @JsonProperty("RootFS") RootFs rootFs,
            Metadata metadata,

            @JsonProperty("WharfPinned") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
            boolean pinned) {}

    /** The diff IDs of an image's layers, lowest first. */
    record RootFs(String type, List<String> layers) {}

    /** When the image was last named here. */
    record Metadata(String lastTagTime) {}

    /** One row of {@code GET /images/{name}/history}, newest first. */
    record HistoryEntry(
            @JsonProperty("Id") String id,
            long created,
            String createdBy,
            List<String> tags,
            long size,
            String comment) {}

    /** What a removal did: one of the two is set. */
    record Removed(
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String untagged,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String deleted) {}

    /** What a prune did. */
    record Pruned(List<Removed> imagesDeleted, long spaceReclaimed) {}

    /** One line of progress, as {@code docker pull} reads it; absent parts are left out. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Progress(
            @JsonProperty("status") @Nullable String status,
            @JsonProperty("progressDetail") @Nullable ProgressDetail progressDetail,
            @JsonProperty("id") @Nullable String id,
            @JsonProperty("stream") @Nullable String stream,
            @JsonProperty("aux") @Nullable Object aux) {
        public static Progress status(String status) {
            return new Progress(status, null, null, null, null);
        }

        public static Progress status(String id, String status) {
            return new Progress(status, null, id, null, null);
        }

        /** A step of one layer that has no amount yet. */
        public static Progress step(String id, String status) {
            return new Progress(status, ProgressDetail.BEGUN, id, null, null);
        }

        /** Whether a later line makes this one superfluous. */
        @JsonIgnore
        public boolean isAmount() {
            return progressDetail != null && progressDetail.current() != null;
        }

        /** The bar, as clients before the amounts came to be printed it. */
        @JsonProperty("progress")
        public @Nullable String progress() {
            return progressDetail == null || progressDetail.current() == null || progressDetail.total() == null
                    ? null
                    : ProgressBar.text(progressDetail.current(), progressDetail.total());
        }

        public static Progress amount(String id, String status, long current, long total) {
            return new Progress(status, new ProgressDetail(current, total), id, null, null);
        }

        public static Progress stream(String text) {
            return new Progress(null, null, null, text, null);
        }

        public static Progress aux(Object value) {
            return new Progress(null, null, null, null, value);
        }
    }

    /** Bytes done and to do; neither where a step has just begun. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ProgressDetail(
            @JsonProperty("current") @Nullable Long current,
            @JsonProperty("total") @Nullable Long total) {
        static final ProgressDetail BEGUN = new ProgressDetail(null, null);
    }

    /** A pull; {@code tag} may be a digest, {@code allTags} takes every tag of the repository. */
    record PullImage(
            String name,
            @Nullable String tag,
            boolean allTags,
            @Nullable String platform,
            @Nullable RegistryAuth auth) {}

    /** A push of one tag, or of all tags of the repository where it is null. */
    record PushImage(
            String name, @Nullable String tag, @Nullable RegistryAuth auth) {}

    /** Credentials as the X-Registry-Auth header carries them. */
    record RegistryAuth(
            @JsonProperty("username") @Nullable String username,
            @JsonProperty("password") @Nullable String password,
            @JsonProperty("serveraddress") @Nullable String serverAddress,
            @JsonProperty("identitytoken") @Nullable String identityToken,
            @JsonProperty("registrytoken") @Nullable String registryToken) {}

    /** Docker's {@code Login Succeeded}, and a token that stands for the password, empty where the registry gives none. */
    record Login(String status, String identityToken) {}

    /** The body of {@code GET /distribution/{name}/json}. */
    record Distribution(
            @JsonProperty("Descriptor") DistributionDescriptor descriptor,
            @JsonProperty("Platforms") List<DistributionPlatform> platforms) {}

    /** A manifest or an index as the registry names it; size in bytes. */
    record DistributionDescriptor(
            @JsonProperty("mediaType") String mediaType,
            @JsonProperty("digest") String digest,
            @JsonProperty("size") long size) {}

    /** A platform for which there is an image. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record DistributionPlatform(
            @JsonProperty("architecture") String architecture,
            @JsonProperty("os") String os,
            @JsonProperty("os.version") String osVersion,
            @JsonProperty("variant") String variant) {}

    /** One row of {@code GET /images/search}. */
    record Found(
            @JsonProperty("star_count") long stars,
            @JsonProperty("is_official") boolean official,
            @JsonProperty("name") String name,
            @JsonProperty("is_automated") boolean automated,
            @JsonProperty("description") String description) {}

    /**
     * An import: the tar or the URL that it is fetched from, the name of the image, and Dockerfile instructions that set
     * its config.
     */
    record ImportImage(
            @Nullable Handle<ByteStream> root,
            @Nullable String source,
            @Nullable String repository,
            @Nullable String tag,
            @Nullable String message,
            @Nullable String platform,
            List<String> changes) {
        public ImportImage(
                Handle<ByteStream> root,
                @Nullable String repository,
                @Nullable String tag,
                @Nullable String message,
                @Nullable String platform,
                List<String> changes) {
            this(root, null, repository, tag, message, platform, changes);
        }
    }

    /** What a container is made from. */
    record ImageForContainer(Digest id, ContainerConfig config, String architecture, String os) {}

    /** A mounted root, and how it is put together. */
    record MountedRoot(String path, ContainerDetail.GraphDriver graphDriver) {}

    /**
     * Folders of a container's layers.
     *
     * @param upper what the container wrote, in the form of overlayfs; with {@code whole} its whole root, plain files
     * @param lowers the layers below in the form of overlayfs, the topmost first and the engine's own base last
     */
    record LayerFolders(String upper, List<String> lowers, boolean whole) {
        public LayerFolders {
            lowers = List.copyOf(lowers);
        }
    }

    /** Sizes in bytes. */
    record LayerSizes(long writable, long root) {}

    /**
     * An image to make out of a container's writable layer.
     *
     * @param config that the image gets, before the changes
     * @param own the container's, which the image remembers
     */
    record CommitImage(
            String containerId,
            Digest parent,
            ContainerConfig config,
            ContainerConfig own,
            @Nullable String repository,
            @Nullable String tag,
            @Nullable String comment,
            @Nullable String author,
            List<String> changes) {
        public CommitImage(
                String containerId,
                Digest parent,
                ContainerConfig config,
                @Nullable String repository,
                @Nullable String tag,
                @Nullable String comment,
                @Nullable String author,
                List<String> changes) {
            this(containerId, parent, config, config, repository, tag, comment, author, changes);
        }
    }

    /** What {@code docker info} tells of images and storage. */
    record StorageFacts(int images, String driver, List<List<String>> driverStatus, long layersSize) {}
}
