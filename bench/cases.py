"""The cases: each yields, for one engine and one round, figures by name. Lower is better everywhere."""

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from engines import IMAGE, LINES

MANY = 50
AT_ONCE = 8
FILE_BYTES = 1_000_000 // 71 * 71
STDOUT_BYTES = 200_000_000
LOG_LINES = 1_000_000


def timed(action):
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def cold_start(engine):
    engine.stop()
    yield "cold start to first _ping", engine.start() * 1000


def run_once(network, name):
    def case(engine):
        yield name, timed(lambda: engine.docker("run", "--rm", "--network", network, IMAGE, "true"))
    return case


def exec_true(engine):
    container = engine.docker("run", "-d", "--network", "none", IMAGE, "sleep", "1000").strip()
    try:
        engine.docker("exec", container, "true")
        for _ in range(5):
            yield "exec true", timed(lambda: engine.docker("exec", container, "true"))
    finally:
        engine.docker("rm", "-f", container)


def many(engine):
    """Idle containers: memory at 0, 10 and 50, the time to start, list and remove 50."""
    engine.remove_all()
    settle()
    yield "PSS, no container", engine.memory()
    ids = [engine.docker("run", "-d", IMAGE, "sleep", "1000").strip() for _ in range(10)]
    settle()
    yield "PSS, 10 idle containers", engine.memory()
    engine.docker("rm", "-f", *ids)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = time.perf_counter()
        ids = list(pool.map(lambda n: engine.docker("run", "-d", IMAGE, "sleep", "1000").strip(), range(MANY)))
        yield f"{MANY} × run -d, {AT_ONCE} at a time", (time.perf_counter() - begun) * 1000
    settle()
    yield f"PSS, {MANY} idle containers", engine.memory()
    for _ in range(5):
        yield f"ps with {MANY}", timed(lambda: engine.docker("ps"))
    yield f"rm -f of {MANY}", timed(lambda: engine.docker("rm", "-f", *ids))


def stdout(engine):
    copies = STDOUT_BYTES // FILE_BYTES
    script = f"cat $(yes {LINES} | head -{copies})"
    yield "200 MB of stdout through run", timed(lambda: engine.docker(
        "run", "--rm", "--network", "none", IMAGE, "sh", "-c", script, output=subprocess.DEVNULL))


def logs(engine):
    per_file = FILE_BYTES // 71
    script = f"cat $(yes {LINES} | head -{LOG_LINES // per_file}); head -{LOG_LINES % per_file} {LINES}"
    container = engine.docker("create", "--network", "none", IMAGE, "sh", "-c", script).strip()
    engine.docker("start", container)
    try:
        engine.docker("wait", container)
        for _ in range(2):
            yield "logs of 1 M lines", timed(lambda: engine.docker("logs", container, output=subprocess.DEVNULL))
    finally:
        engine.docker("rm", "-f", container)


def settle():
    # Figures of memory are of an engine at rest; there is no event that tells when a garbage collector is done.
    time.sleep(2)


# name, case, rounds, warm-up rounds
CASES = [
    ("cold", cold_start, 5, 1),
    ("none", run_once("none", "run --rm, no network"), 20, 2),
    ("bridge", run_once("bridge", "run --rm, bridge"), 20, 2),
    ("exec", exec_true, 3, 1),
    ("many", many, 3, 0),
    ("stdout", stdout, 3, 1),
    ("logs", logs, 2, 0),
]

# What this engine promises: its median over the rival's.
TARGETS = {
    "cold start to first _ping": 1.0,
    "run --rm, bridge": 0.4,
    "run --rm, no network": 0.45,
    f"{MANY} × run -d, {AT_ONCE} at a time": 0.5,
    "PSS, no container": 1.0,
    f"PSS, {MANY} idle containers": 0.55,
    "exec true": 0.7,
    "200 MB of stdout through run": 0.5,
    "logs of 1 M lines": 0.4,
    f"rm -f of {MANY}": 0.5,
}
