"""The images of the benches, equal on every machine, and a registry that serves them."""
import gzip
import hashlib
import http.client
import io
import json
import os
import random
import shutil
import subprocess
import tarfile
import tempfile
import time

from engines import ROOT

# Part of the cache's name: raise it when what is made here changes.
EDITION = 2
CACHE = os.path.join(ROOT, "bench/target/images")
PORT = 5000
POOL = 4 << 20
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


class Contents:
    """Bytes as images hold them: half text, a third structured data, the rest packed already."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        letters = b"etaoinshrdlucmfwypvbgkqjxz_/.=0"
        words = [bytes(self.random.choices(letters, k=self.random.randint(2, 11))) for _ in range(4000)]
        weights = [1 / (rank + 10) for rank in range(len(words))]
        text = b" ".join(self.random.choices(words, weights=weights, k=POOL // 7))
        patterns = [self.random.randbytes(12) for _ in range(300)]
        records = b"".join(self.random.choice(patterns) + self.random.randbytes(4) for _ in range(POOL // 16))
        self.pools = [text, records, self.random.randbytes(POOL)]

    def file(self, size):
        pool = self.random.choices(self.pools, weights=[50, 33, 17])[0]
        parts = []
        while size > 0:
            start = self.random.randrange(len(pool))
            part = pool[start:start + size]
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def sizes(chance, count, total):
    """Sizes of files that add up to about this total: most are small, a few large."""
    raw = [chance.lognormvariate(0, 1.7) for _ in range(count)]
    share = total / sum(raw)
    return [int(one * share) for one in raw]


def write_layer(path, number, files, total):
    """The entries of one layer, gzipped, 12 files a folder; without the end of the tar, which each edition adds."""
    contents = Contents(number)
    with open(path + ".part", "wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        folder = ""
        for index, size in enumerate(sizes(contents.random, files, total)):
            if index % 12 == 0:
                folder = f"usr/lib/part{number}/package-{index // 120:03d}/module-{index // 12:04d}"
                entry = tarfile.TarInfo(folder)
                entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, 1_700_000_000
                packed.write(entry.tobuf())
            entry = tarfile.TarInfo(f"{folder}/file-{index:05d}.dat")
            entry.size, entry.mode, entry.mtime = size, 0o644, 1_700_000_000 + index
            packed.write(entry.tobuf() + contents.file(size) + bytes(-size % tarfile.BLOCKSIZE))
    os.rename(path + ".part", path)


class Layer:
    """The entries of a layer as they are in the cache; with an end they make a layer, with another one another layer."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.packed = file.read()
        self.plain_hash = hashlib.sha256()
        with gzip.open(path) as plain:
            while some := plain.read(1 << 20):
                self.plain_hash.update(some)

    def end(self, number):
        """A file that tells the number, and the end of the tar."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            text = f"edition {number}\n".encode()
            entry = tarfile.TarInfo("usr/lib/edition")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
        return out.getvalue()

    def diff(self, number):
        plain = self.plain_hash.copy()
        plain.update(self.end(number))
        return "sha256:" + plain.hexdigest()

    def blob(self, number):
        """The packed layer: two members of gzip, which count as one stream."""
        return self.packed + gzip.compress(self.end(number), mtime=0)

    def write_plain(self, out, number):
        with gzip.open(self.path) as plain:
            shutil.copyfileobj(plain, out, 1 << 20)
        out.write(self.end(number))


class Image:
    """An image in any number of editions, which have files of the same kind and no layer in common.

    A pull of an edition that was never here meets no inodes that were deleted a moment ago, which ext4 passes over one by
    one for five minutes: that would be most of what is measured.
    """

    def __init__(self, name, layers, files, total):
        """So many layers with so many files and bytes in all."""
        folder = os.path.join(CACHE, f"{name}-{EDITION}")
        os.makedirs(folder, exist_ok=True)
        self.layers = []
        for number in range(layers):
            path = f"{folder}/layer-{number}.gz"
            if not os.path.exists(path):
                write_layer(path, number, files // layers, total // layers)
            self.layers.append(Layer(path))

    def config(self, number, label):
        return json.dumps({"architecture": "amd64", "os": "linux", "config": {"Labels": {"bench": label}},
                           "rootfs": {"type": "layers", "diff_ids": [layer.diff(number) for layer in self.layers]},
                           "history": [{"created_by": f"layer {n}"} for n in range(len(self.layers))]}).encode()

    def send(self, registry, repository, number, tags):
        """Puts an edition into a registry, once for each tag with a config of its own."""
        layers = [registry.put_blob(repository, layer.blob(number), LAYER_TYPE) for layer in self.layers]
        for tag in tags:
            config = registry.put_blob(repository, self.config(number, tag), CONFIG_TYPE)
            registry.put_manifest(repository, tag, {"schemaVersion": 2, "mediaType": MANIFEST_TYPE,
                                                    "config": config, "layers": layers})

    def archive(self, path, number, name):
        """Writes an edition as `docker save` does, for `docker load`."""
        config = self.config(number, "loaded")
        with tarfile.open(path, "w") as tar:
            names = []
            for index, layer in enumerate(self.layers):
                with tempfile.TemporaryFile(dir=os.path.dirname(path)) as whole:
                    layer.write_plain(whole, number)
                    entry = tarfile.TarInfo(f"{index}/layer.tar")
                    entry.size = whole.tell()
                    whole.seek(0)
                    tar.addfile(entry, whole)
                    names.append(entry.name)
            manifest = json.dumps([{"Config": "config.json", "RepoTags": [name], "Layers": names}]).encode()
            for name_in, data in (("config.json", config), ("manifest.json", manifest)):
                entry = tarfile.TarInfo(name_in)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))


class Registry:
    """A docker-registry on localhost in an engine's own network, its blobs in memory: the disk is the engine's alone."""

    def __init__(self, engine):
        self.machine = engine.machine
        self.folder = tempfile.mkdtemp(prefix="wharf-bench-registry.", dir="/dev/shm")
        config = self.folder + "/config.yml"
        with open(config, "w", encoding="ascii") as out:
            json.dump({"version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}},
                       "storage": {"filesystem": {"rootdirectory": self.folder + "/blobs", "maxthreads": 100}},
                       "http": {"addr": f"127.0.0.1:{PORT}"}}, out)
        program = shutil.which("docker-registry") or os.path.join(ROOT, "bin/.tools/docker-registry")
        with open(self.folder + "/log", "wb") as log:
            self.process = subprocess.Popen(self.machine.command([program, "serve", config]),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wait()

    def wait(self):
        deadline = time.monotonic() + 20
        while True:
            try:
                return self.ask("GET", "/v2/")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def ask(self, method, path, body=b"", kind="application/octet-stream"):
        """One request from within the engine's network; the Location of the answer."""
        connection = InNamespace(self.machine, PORT)
        try:
            connection.request(method, path, body, {"Content-Type": kind})
            response = connection.getresponse()
            text = response.read()
            if response.status // 100 != 2:
                raise RuntimeError(f"{method} {path}: {response.status} {text.decode()}")
            return response.headers.get("Location")
        finally:
            connection.close()

    def put_blob(self, repository, data, kind):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        upload = self.ask("POST", f"/v2/{repository}/blobs/uploads/")
        upload = upload[upload.index("/v2/"):]
        self.ask("PUT", f"{upload}&digest={digest}", data)
        return {"mediaType": kind, "size": len(data), "digest": digest}

    def put_manifest(self, repository, tag, manifest):
        self.ask("PUT", f"/v2/{repository}/manifests/{tag}", json.dumps(manifest).encode(), MANIFEST_TYPE)

    def empty(self):
        """Forgets everything; nothing is cached."""
        shutil.rmtree(self.folder + "/blobs", ignore_errors=True)

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class InNamespace(http.client.HTTPConnection):
    """HTTP to localhost of another network namespace: a socket keeps the one in which it was made."""

    def __init__(self, machine, port):
        super().__init__("127.0.0.1", port, timeout=120)
        self.machine = machine

    def connect(self):
        with self.machine.network():
            super().connect()
