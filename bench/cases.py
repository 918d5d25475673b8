"""The cases: each measures one round on one engine. Times in seconds, memory in MiB."""
import os
import selectors
import socket
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from connection import UnixConnection

IDLE = ["busybox", "sleep", "1000000"]


class Case:
    """A measurement.

    rounds: how often, alternately on each engine, after one round that is not counted.
    target: the ratio to the rival that is promised; None where nothing is.
    alone: what is promised where the rival is not put to it, in the unit of the figure.
    warm: whether a round goes before those that count; not where a round brings what it needs, or takes long.
    Neighbours with the same preparation share it.
    """

    def __init__(self, key, title, unit, target, rounds, measure, prepare=None, tidy=None, alone=None, warm=True):
        self.key, self.title, self.unit, self.target, self.rounds = key, title, unit, target, rounds
        self.measure, self.prepare, self.tidy, self.alone, self.warm = measure, prepare, tidy, alone, warm


def timed(action):
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def cold_start(engine):
    engine.stop()
    return engine.start()


def run(*flags):
    return lambda engine: timed(lambda: engine.docker("run", "--rm", *flags, "busybox", "true"))


def fill(engine, count):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: engine.docker("run", "-d", *IDLE), range(count)))


def start_fifty(engine):
    try:
        return timed(lambda: fill(engine, 50))
    finally:
        engine.remove_all()


def remove_fifty(engine):
    fill(engine, 50)
    ids = engine.docker("ps", "-q").split()
    return timed(lambda: engine.docker("rm", "-f", *ids))


def memory(count):
    """Memory with so many idle containers, after a restart of the daemon, so that no other case's work is in it."""

    def measure(engine):
        engine.stop()
        engine.start()
        fill(engine, count)
        # What a start leaves to be collected or to end by itself has had its time.
        time.sleep(3)
        try:
            return engine.memory() / 1024
        finally:
            engine.remove_all()

    return measure


def one_idle(engine):
    engine.docker("run", "-d", "--name", "idle", *IDLE)


def exec_true(engine):
    return timed(lambda: engine.docker("exec", "idle", "true"))


def fifty_idle(engine):
    fill(engine, 50)


def list_fifty(engine):
    return timed(lambda: engine.docker("ps"))


def two_hundred_idle(engine):
    fill(engine, 200)


def list_served(engine):
    """Seconds from a request for the list to its last byte, on one connection: the client's own start is not in it."""
    connection = UnixConnection(engine.socket)
    times = []
    try:
        for _ in range(25):
            begin = time.monotonic()
            connection.request("GET", "/containers/json")
            if len(connection.getresponse().read()) < 200 * 500:
                raise RuntimeError(f"{engine.name}: the list is too short")
            times.append(time.monotonic() - begin)
    finally:
        connection.close()
    return statistics.median(times)


def swallow(engine, expected, *arguments):
    """Seconds in which the client brings all that a command puts out, which must be so many bytes."""
    with tempfile.TemporaryFile(dir="/dev/shm") as out:
        seconds = timed(lambda: engine.docker(*arguments, stdout=out))
        size = os.fstat(out.fileno()).st_size
    if size != expected:
        raise RuntimeError(f"{engine.name}: {size} bytes came of {expected}")
    return seconds


def output(engine):
    return swallow(engine, 200_000_000, "run", "--rm", "busybox", "head", "-c", "200000000", "/dev/zero")


def million_lines(engine):
    line = "x" * 70
    script = f"yes {line} | head -n 1000000"
    engine.docker("run", "--name", "lines", "busybox", "sh", "-c", script, stdout=subprocess.DEVNULL)


def logs(engine):
    return swallow(engine, 71_000_000, "logs", "lines")


class StatsReaders:
    """Clients that follow the statistics of all running containers, so many for each."""

    def __init__(self, engine, readers):
        self.selector = selectors.DefaultSelector()
        for container in engine.docker("ps", "-q", "--no-trunc").split():
            for _ in range(readers):
                client = socket.socket(socket.AF_UNIX)
                client.connect(engine.socket)
                client.sendall(f"GET /containers/{container}/stats HTTP/1.1\r\nHost: d\r\n\r\n".encode())
                client.setblocking(False)
                self.selector.register(client, selectors.EVENT_READ)

    def read(self, seconds):
        """Takes what comes for so long; the number of samples."""
        samples, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            for key, _ in self.selector.select(0.05):
                some = key.fileobj.recv(1 << 16)
                if not some:
                    raise RuntimeError("statistics ended")
                samples += some.count(b'"preread"')
        return samples

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()


def stats_cpu(readers):
    """Processor time that all processes of the engine take while statistics are read for ten seconds."""

    def measure(engine):
        clients = StatsReaders(engine, readers)
        try:
            # Beginning costs more than going on: connections, files, first samples.
            clients.read(4)
            before = engine.cpu()
            samples = clients.read(10)
            taken = engine.cpu() - before
        finally:
            clients.close()
        count = len(engine.docker("ps", "-q").split()) * readers
        if samples < count * 8:
            raise RuntimeError(f"{engine.name}: {samples} samples came of {count * 10}")
        return taken

    return measure


def hundred_idle(engine):
    fill(engine, 100)


def hundred_probed(engine):
    """100 small web servers that the engine asks every 5 s, by HTTP in their own network."""
    flags = ["--network", "none", "-l", "wharf.health.http=:80/etc/passwd", "-l", "wharf.health.interval=5s"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: engine.docker("run", "-d", *flags, "busybox", "httpd", "-f", "-h", "/"), range(100)))
    # A probe of each is over.
    deadline = time.monotonic() + 60
    while len(engine.docker("ps", "-q", "-f", "health=healthy").split()) < 100:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{engine.name}: not all of the probed are healthy")
        time.sleep(0.2)


def probes_cpu(engine):
    """Seconds of CPU that ten seconds of probes cost."""
    before = engine.cpu()
    time.sleep(10)
    return engine.cpu() - before


def clear(engine):
    engine.remove_all()


class AtTheSameMoment:
    """Starts 32 containers at once; the seconds that each client took serve for all the figures taken of them."""

    def __init__(self, count=32):
        self.count = count
        self.rounds = {}

    def figure(self, judge):
        """What `judge` makes of a round that it has not seen yet; a new one where there is none."""
        seen = {}

        def measure(engine):
            rounds = self.rounds.setdefault(engine.name, [])
            number = seen.get(engine.name, 0)
            if number == len(rounds):
                rounds.append(self.play(engine))
            seen[engine.name] = number + 1
            return judge(rounds[number])

        return measure

    def play(self, engine):
        try:
            with ThreadPoolExecutor(self.count) as pool:
                return list(pool.map(lambda _: timed(lambda: engine.docker("run", "-d", *IDLE)), range(self.count)))
        finally:
            engine.remove_all()


AT_ONCE = AtTheSameMoment()


def stop_fifty(engine):
    """Containers that heed SIGTERM: a shell that waits for it."""
    heeding = ["busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000000 & wait; done"]
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: engine.docker("run", "-d", *heeding), range(50)))
        ids = engine.docker("ps", "-q").split()
        return timed(lambda: engine.docker("stop", *ids))
    finally:
        engine.remove_all()


class PlayedOnce:
    """What is played once on each engine for all the figures that are taken of it; `play` gives them by name."""

    def __init__(self, count):
        self.count = count
        self.taken = {}

    def figure(self, name):
        def measure(engine):
            if engine.name not in self.taken:
                self.taken[engine.name] = self.play(engine)
            return self.taken[engine.name][name]

        return measure

    def play(self, engine):
        raise NotImplementedError


class ManyAtOnce(PlayedOnce):
    """300 containers at once."""

    def play(self, engine):
        engine.stop()
        engine.start()
        figures = {"memory before": engine.memory() / 1024}
        try:
            figures["start"] = timed(lambda: fill(engine, self.count))
            time.sleep(3)
            figures["memory running"] = engine.memory() / 1024
            figures["list"] = statistics.median(timed(lambda: engine.docker("ps")) for _ in range(9))
            ids = engine.docker("ps", "-q").split()
            if len(ids) != self.count:
                raise RuntimeError(f"{engine.name}: {len(ids)} of {self.count} run")
            figures["stop"] = timed(lambda: engine.docker("stop", "-t", "0", *ids))
            time.sleep(3)
            figures["memory stopped"] = engine.memory() / 1024
            return figures
        finally:
            engine.remove_all()


MANY = ManyAtOnce(300)


CASES = [
    Case("cold-start", "daemon, cold start to first `_ping`", "s", 1.0, 7, cold_start),
    Case("run-bridge", "`run --rm`, bridge", "s", 0.35, 15, run()),
    Case("run-none", "`run --rm`, no network", "s", 0.45, 15, run("--network", "none")),
    Case("start-50", "50 × `run -d`, 8 at a time", "s", 0.4, 3, start_fifty, warm=False),
    Case("pss-0", "memory, no container", "MiB", 1.0, 3, memory(0), warm=False),
    Case("pss-10", "memory, 10 idle", "MiB", None, 1, memory(10), warm=False),
    Case("pss-50", "memory, 50 idle", "MiB", 0.55, 1, memory(50), warm=False),
    Case("exec", "`exec true`", "s", 0.5, 15, exec_true, one_idle, clear),
    Case("ps-50", "`ps` with 50", "s", None, 15, list_fifty, fifty_idle, clear),
    Case("stats-50", "CPU of the engine, `stats` of 50 for 10 s", "s", 0.5, 1, stats_cpu(1), fifty_idle, clear, warm=False),
    Case("ps-200", "`ps` with 200, the server's time", "s", 0.5, 5, list_served, two_hundred_idle, clear),
    Case("stdout", "200 MB of stdout through `run`", "s", 0.4, 3, output),
    Case("logs", "`logs` of 1 M lines of 71 bytes", "s", 0.25, 3, logs, million_lines, clear),
    Case("stats-2000", "CPU of the engine, `stats` of 100 with 20 readers each, for 10 s", "s", None, 1, stats_cpu(20), hundred_idle, clear, alone=0.2,
         warm=False),
    Case("health-100", "CPU of the engine, 100 probed by HTTP every 5 s, for 10 s", "s", None, 1, probes_cpu,
         hundred_probed, clear, alone=0.2, warm=False),
    Case("rm-50", "`rm -f` of 50", "s", 0.5, 2, remove_fifty, warm=False),
    Case("start-32", "32 × `run -d` at once, the slowest", "s", 0.35, 4, AT_ONCE.figure(max)),
    Case("start-32-median", "32 × `run -d` at once, median", "s", None, 4, AT_ONCE.figure(statistics.median)),
    Case("stop-50", "`stop` of 50 that heed SIGTERM", "s", 0.5, 2, stop_fifty, warm=False),
    Case("many-start", "300 × `run -d`, 8 at a time", "s", None, 1, MANY.figure("start"), warm=False),
    Case("many-ps", "`ps` with 300", "s", None, 1, MANY.figure("list"), warm=False),
    Case("many-stop", "`stop -t 0` of 300", "s", None, 1, MANY.figure("stop"), warm=False),
    Case("many-pss-0", "memory before the 300", "MiB", None, 1, MANY.figure("memory before"), warm=False),
    Case("many-pss-300", "memory, 300 running", "MiB", None, 1, MANY.figure("memory running"), warm=False),
    Case("many-pss-end", "memory, 300 stopped", "MiB", None, 1, MANY.figure("memory stopped"), warm=False),
]
