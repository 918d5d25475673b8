"""The cases: each measures one round on one engine. Times in seconds, memory in MiB."""
import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

IDLE = ["busybox", "sleep", "1000000"]


class Case:
    """A measurement.

    rounds: how often, alternately on each engine, after one round that is not counted.
    target: the ratio to the rival that is promised; None where nothing is.
    """

    def __init__(self, key, title, unit, target, rounds, measure, prepare=None, tidy=None):
        self.key, self.title, self.unit, self.target, self.rounds = key, title, unit, target, rounds
        self.measure, self.prepare, self.tidy = measure, prepare, tidy


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


def clear(engine):
    engine.remove_all()


CASES = [
    Case("cold-start", "daemon, cold start to first `_ping`", "s", 1.0, 7, cold_start),
    Case("run-bridge", "`run --rm`, bridge", "s", 0.4, 15, run()),
    Case("run-none", "`run --rm`, no network", "s", 0.45, 15, run("--network", "none")),
    Case("start-50", "50 × `run -d`, 8 at a time", "s", 0.5, 3, start_fifty),
    Case("pss-0", "memory, no container", "MiB", 1.0, 3, memory(0)),
    Case("pss-10", "memory, 10 idle", "MiB", None, 3, memory(10)),
    Case("pss-50", "memory, 50 idle", "MiB", 0.55, 3, memory(50)),
    Case("exec", "`exec true`", "s", 0.7, 15, exec_true, one_idle, clear),
    Case("ps-50", "`ps` with 50", "s", None, 15, list_fifty, fifty_idle, clear),
    Case("stdout", "200 MB of stdout through `run`", "s", 0.5, 3, output),
    Case("logs", "`logs` of 1 M lines of 71 bytes", "s", 0.4, 3, logs, million_lines, clear),
    Case("rm-50", "`rm -f` of 50", "s", 0.5, 3, remove_fifty),
]
