"""The cases of images: pull, push, save, load, list."""
import io
import itertools
import json
import statistics
import subprocess
import tarfile
import tempfile
import threading
import time

from cases import Case, timed
from connection import UnixConnection
from images import PORT, Image, Registry

PLACE = f"localhost:{PORT}"


NUMBERS = itertools.count(int(time.time()) % 1_000_000 * 1000)


class Pulls:
    """An image, a registry beside each engine, and in each round an edition of it that the engine has not met."""

    def __init__(self, name, layers, files, total, memory=False):
        self.name, self.shape, self.memory = name, (name, layers, files, total), memory
        self.registries = {}
        self.image = None

    def prepare(self, engine):
        """A registry beside the engine, whose data root is on a tmpfs where that is wanted."""
        self.image = self.image or Image(*self.shape)
        if self.memory:
            engine.on_tmpfs()
        self.registries[engine.name] = Registry(engine)

    def tidy(self, engine):
        registry = self.registries.pop(engine.name, None)
        if registry:
            registry.close()
        if self.memory:
            engine.off_tmpfs()
        remove_images(engine)

    def offer(self, engine):
        """Puts a new edition into the registry, as two tags; their names."""
        number = next(NUMBERS)
        if self.memory:
            remove_images(engine)
        registry = self.registries[engine.name]
        registry.empty()
        name = f"{self.name}-{number}"
        self.image.send(registry, name, number, ["first", "second"])
        settle(engine)
        return f"{PLACE}/{name}:first", f"{PLACE}/{name}:second"

    def pull(self, engine):
        name, _ = self.offer(engine)
        return timed(lambda: engine.docker("pull", "-q", name))

    def pull_cpu(self, engine):
        """Processor time of the engine for a pull."""
        name, _ = self.offer(engine)
        before = engine.cpu()
        engine.docker("pull", "-q", name)
        return engine.cpu() - before

    def pull_memory(self, engine):
        """MiB that the engine needs at most during a pull, above what it needs just before."""
        name, _ = self.offer(engine)
        before, peak, over = engine.memory(), [0], threading.Event()

        def watch():
            while not over.wait(0.03):
                peak[0] = max(peak[0], engine.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            engine.docker("pull", "-q", name)
        finally:
            over.set()
            watcher.join()
        return max(0, peak[0] - before) / 1024


class KnownPulls(Pulls):
    """Pulls of an image of which every layer is there already."""

    def __init__(self, *shape):
        super().__init__(*shape)
        self.seconds = {}

    def prepare(self, engine):
        super().prepare(engine)
        first, self.seconds[engine.name] = self.offer(engine)
        engine.docker("pull", "-q", first)

    def pull(self, engine):
        name = self.seconds[engine.name]
        engine.docker("rmi", name, check=False)
        return timed(lambda: engine.docker("pull", "-q", name))


class Pushes(Pulls):
    """Pushes of an image that was pulled, into a registry that has nothing of it."""

    def bring(self, engine):
        """An image to push; its name."""
        name, _ = self.offer(engine)
        engine.docker("pull", "-q", name)
        return name

    def push(self, engine):
        name = self.bring(engine)
        self.registries[engine.name].empty()
        target = f"{PLACE}/pushed:{next(NUMBERS)}"
        engine.docker("tag", name, target)
        settle(engine)
        return timed(lambda: engine.docker("push", "-q", target))


class PushesOfLoaded(Pushes):
    """Pushes of an image that came by `docker load`: its layers are packed for the first time in every round."""

    def bring(self, engine):
        return load(engine, self.image)[0]


def settle(engine):
    """Waits until the disk has what was written before."""
    if not engine.memory_backed:
        subprocess.run(["sync", "-f", engine.home], check=False)


def remove_images(engine):
    names = engine.docker("images", "-q", "--no-trunc", "--filter", f"reference={PLACE}/*:*").split()
    if names:
        engine.docker("rmi", "-f", *sorted(set(names)))


def load(engine, image):
    """Loads an edition that was never here, from memory, so that reading it costs no disk; its name and the seconds."""
    number = next(NUMBERS)
    name = f"{PLACE}/loaded:{number}"
    with tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="wharf-bench.") as archive:
        image.archive(archive.name, number, name)
        settle(engine)
        return name, timed(lambda: engine.docker("load", "-q", "-i", archive.name))


class Archives:
    """`save` and `load` of the image of many files."""

    def __init__(self, *shape):
        self.shape = shape
        self.image = None
        self.names = {}

    def prepare(self, engine):
        self.image = self.image or Image(*self.shape)
        self.names[engine.name], _ = load(engine, self.image)

    def load(self, engine):
        return load(engine, self.image)[1]

    def save(self, engine):
        settle(engine)
        with tempfile.TemporaryFile(dir="/dev/shm") as out:
            return timed(lambda: engine.docker("save", self.names[engine.name], stdout=out))

    def tidy(self, engine):
        remove_images(engine)


def import_many(engine, count=500):
    """So many small images, each with a layer of its own."""
    connection = UnixConnection(engine.socket)
    connection.timeout = 60
    try:
        for number in range(count):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as tar:
                text = f"image {number}\n".encode()
                entry = tarfile.TarInfo("etc/number")
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text))
            connection.request("POST", f"/v1.41/images/create?fromSrc=-&repo=bench/many&tag=t{number}", out.getvalue(),
                               {"Content-Type": "application/x-tar"})
            answer = connection.getresponse()
            if answer.status != 200 or b"errorDetail" in answer.read():
                raise RuntimeError(f"{engine.name}: import failed")
    finally:
        connection.close()


def remove_many(engine):
    names = engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}", "bench/many").split()
    if names:
        engine.docker("rmi", "-f", *names)


def list_images(engine):
    """Seconds from a request for the list to its last byte, on one connection."""
    connection = UnixConnection(engine.socket)
    times = []
    try:
        for _ in range(25):
            begin = time.monotonic()
            connection.request("GET", "/v1.41/images/json")
            images = connection.getresponse().read()
            times.append(time.monotonic() - begin)
        if len(json.loads(images)) < 500:
            raise RuntimeError(f"{engine.name}: the list is too short")
    finally:
        connection.close()
    return statistics.median(times)


MANY_FILES = ("bench-files", 10, 40_000, 350_000_000)
ONE_LAYER = ("bench-layer", 1, 4_000, 1_000_000_000)
FILES, MEMORY, LAYER = Pulls(*MANY_FILES), Pulls(*MANY_FILES, memory=True), Pulls(*ONE_LAYER)
KNOWN, ARCHIVES = KnownPulls(*MANY_FILES), Archives(*MANY_FILES)
PUSHED, LOADED = Pushes(*MANY_FILES), PushesOfLoaded(*MANY_FILES)

IMAGE_CASES = [
    Case("pull", "`pull`, 10 layers, 350 MB, 40,000 files", "s", 0.7, 5, FILES.pull, FILES.prepare, FILES.tidy),
    Case("pull-cpu", "the same, CPU of the engine", "s", None, 3, FILES.pull_cpu, FILES.prepare, FILES.tidy),
    Case("pull-tmpfs", "the same, data roots on a tmpfs", "s", 0.5, 5, MEMORY.pull, MEMORY.prepare, MEMORY.tidy),
    Case("pull-memory", "memory of the engine at the peak of it, above idle", "MiB", None, 3, FILES.pull_memory,
         FILES.prepare, FILES.tidy, alone=150),
    Case("pull-1g", "`pull`, one layer of 1 GB", "s", 0.6, 3, LAYER.pull, LAYER.prepare, LAYER.tidy),
    Case("pull-known", "`pull`, all layers there", "s", 0.5, 9, KNOWN.pull, KNOWN.prepare, KNOWN.tidy),
    Case("push", "`push` of a pulled image, 350 MB", "s", 0.6, 5, PUSHED.push, PUSHED.prepare, PUSHED.tidy),
    Case("push-loaded", "`push` of a loaded image, packed anew", "s", 0.6, 3, LOADED.push, LOADED.prepare, LOADED.tidy),
    Case("save", "`save`, 350 MB, 40,000 files", "s", 0.7, 3, ARCHIVES.save, ARCHIVES.prepare, ARCHIVES.tidy),
    Case("load", "`load`, 350 MB, 40,000 files", "s", 0.7, 3, ARCHIVES.load, ARCHIVES.prepare, ARCHIVES.tidy),
    Case("images-500", "`images` with 500, the server's time", "s", 0.5, 5, list_images, import_many, remove_many),
]
