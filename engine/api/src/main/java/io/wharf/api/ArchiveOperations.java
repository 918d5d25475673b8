package io.wharf.api;

import io.vertx.core.Future;
import io.wharf.base.Json;
import io.wharf.base.WharfException;
import io.wharf.contracts.ByteStream;
import io.wharf.contracts.FilesService;
import io.wharf.contracts.FilesService.PathStat;
import io.wharf.contracts.FilesService.PutArchive;
import io.wharf.streams.HandleTable;
import java.util.Base64;
import java.util.Map;

/** Files in and out of containers, and what has changed in them. */
final class ArchiveOperations {
    private static final String TAR = "application/x-tar";
    private static final String STAT = "X-Docker-Container-Path-Stat";

    private final FilesService files;
    private final HandleTable handles;

    ArchiveOperations(FilesService files, HandleTable handles) {
        this.files = files;
        this.handles = handles;
    }

    void register(Handlers handlers) {
        handlers.on("ContainerArchiveHead", this::head)
                .on("ContainerArchiveGet", this::get)
                .on("ContainerArchivePut", this::put)
                .on("ContainerChanges", this::changes)
                .on("ContainerExport", this::export);
    }

    private Future<Reply> head(Call call) {
        return files.stat(call.path("id"), path(call)).map(stat -> new Reply.Head(200, header(stat)));
    }

    /** Never packed, though Docker packs for clients that take it: over a socket of this host that costs only time. */
    private Future<Reply> get(Call call) {
        return files.get(call.path("id"), path(call))
                .map(archive -> new Reply.Bytes(TAR, header(archive.stat()), handles.take(archive.tar())));
    }

    private Future<Reply> put(Call call) {
        ByteStream body = call.stream();
        Query query = call.query();
        PutArchive request = new PutArchive(
                call.path("id"),
                path(call),
                query.flag("noOverwriteDirNonDir"),
                query.flag("copyUIDGID"),
                handles.offer(body, body::close));
        return call.await(files.put(request)).map(done -> Reply.Empty.OK);
    }

    private Future<Reply> changes(Call call) {
        return files.changes(call.path("id")).map(list -> new Reply.Bytes(Reply.JSON, handles.take(list)));
    }

    private Future<Reply> export(Call call) {
        return files.export(call.path("id")).map(tar -> new Reply.Bytes("application/octet-stream", handles.take(tar)));
    }

    private static String path(Call call) {
        String path = call.query().text("path");
        if (path == null) {
            throw WharfException.invalid("bad parameter: path cannot be empty");
        }
        return path;
    }

    private static Map<String, String> header(PathStat stat) {
        return Map.of(STAT, Base64.getEncoder().encodeToString(Json.writeBytes(stat)));
    }
}
