"""The cases of the journal of events: what Docker has nothing to put beside."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from cases import IDLE, Case, PlayedOnce, clear
from engines import ROOT
from network_cases import Asking

FOLDER = os.path.join(ROOT, "bench/events")
RUN = os.path.join(ROOT, "engine/daemon/target/wharf")
JAVA_FLAGS = ["-XX:+UseSerialGC", "-Xmx256m", "--enable-native-access=ALL-UNNAMED"]
EVENTS = "/wharf/v1/events"
NAMES = ("here", "there")


def java(*arguments):
    """The command line of a program in one source file, for the JDK that built the engine."""
    with open(RUN + "/jdk", encoding="utf-8") as f:
        modules = f.read().rsplit(" ", 1)[0]
    return [os.path.join(os.path.dirname(os.path.dirname(modules)), "bin/java"), *JAVA_FLAGS, *arguments]


def last_number(engine):
    """The number of the newest event."""
    with Asking(engine) as engine_at:
        engine_at.connection.request("GET", f"{EVENTS}?since={time.time() - 30:.3f}&until={time.time():.3f}")
        text = engine_at.connection.getresponse().read().decode()
    return max(int(line[4:]) for line in text.splitlines() if line.startswith("id: "))


def events_of_a_change(engine):
    """The change's own and, where a trail of requests is kept, one of the request."""
    before = last_number(engine)
    changes(engine, 100, 0.02)
    # The trail is written when the answer is on its way.
    time.sleep(0.5)
    return (last_number(engine) - before) // 2


def changes(engine, a_second, seconds):
    """So many changes a second: a container gets its other name."""
    with Asking(engine) as engine_at:
        begin = time.monotonic()
        for number in range(round(a_second * seconds)):
            left = begin + number / a_second - time.monotonic()
            if left > 0:
                time.sleep(left)
            engine_at.ask("POST", f"/containers/{NAMES[number % 2]}/rename?name={NAMES[1 - number % 2]}")


class FanOut(PlayedOnce):
    """100 events a second for a minute to 1,000 subscribers, a tenth of which does not read for 10 s at a time."""

    SECONDS = 60
    RATE = 100

    def play(self, engine):
        image, *command = IDLE
        engine.docker("create", "--name", NAMES[0], image, *command)
        before = engine.memory()
        # Its path is not among the arguments: what names the engine's folder there counts as the engine.
        readers = subprocess.Popen(java(os.path.join(FOLDER, "Subscribers.java"), str(self.count)),
                                   env=os.environ | {"SOCKET": engine.socket}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if readers.stdout.readline() != "ready\n":
                raise RuntimeError("the subscribers do not come up")
            each = events_of_a_change(engine)
            worked, begin = engine.cpu(), time.monotonic()
            changes(engine, self.RATE / each, self.SECONDS)
            took, worked = time.monotonic() - begin, engine.cpu() - worked
            grown = engine.memory() - before
            readers.stdin.write(f"end {last_number(engine)}\n")
            readers.stdin.flush()
            saw = json.loads(readers.stdout.readline())
        finally:
            readers.kill()
            readers.wait()
            clear(engine)
        print(f"{self.count} subscribers: {saw}, {took:.1f} s, {worked:.1f} s of processor time, {grown / 1024:.0f} MiB more", flush=True)
        return {"wrong": saw["lost"] + saw["disordered"], "p99": saw["p99"], "memory": grown / 1024,
                "cpu": worked / took}


def journal_rate(_):
    """Seconds for 20,000 events, each durable and read; the process is not the engine, but store and journal are its own."""
    folder = tempfile.mkdtemp(prefix="wharf-bench.", dir=os.environ.get("BENCH_FOLDER", "/var/tmp"))
    try:
        done = subprocess.run(java("-cp", RUN + "/lib/*", os.path.join(FOLDER, "JournalRate.java"), folder, "20000"),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120, check=True, text=True)
        # The last line; before it a library may have said something.
        return float(done.stdout.split()[-1])
    finally:
        shutil.rmtree(folder)


class Resuming(threading.Thread):
    """A subscriber that comes back with what it has seen last, whenever its stream ends, until it has seen enough."""

    def __init__(self, engine):
        super().__init__(daemon=True)
        self.engine = engine
        self.seen = []
        self.goal = None
        self.breaks = 0

    def run(self):
        while self.goal is None or not self.seen or self.seen[-1] < self.goal:
            try:
                self.follow()
            except (OSError, ValueError):
                self.breaks += 1
                time.sleep(0.02)

    def follow(self):
        with Asking(self.engine) as engine_at:
            headers = {"Last-Event-ID": str(self.seen[-1])} if self.seen else {}
            engine_at.connection.request("GET", EVENTS + "?after=0", headers=headers)
            answer = engine_at.connection.getresponse()
            number = None
            while self.goal is None or not self.seen or self.seen[-1] < self.goal:
                line = answer.readline()
                if not line:
                    raise ValueError("the stream has ended")
                if line.startswith(b"id: "):
                    number = int(line[4:])
                elif line == b"\n" and number is not None:
                    # An event counts when it has ended: a death may cut one in half.
                    self.seen.append(number)
                    number = None


def kills(engine, count=5):
    """Events that a subscriber lost or saw twice over deaths of the engine in the middle of 100 changes a second."""
    image, *command = IDLE
    engine.docker("create", "--name", NAMES[0], image, *command)
    reader = Resuming(engine)
    reader.start()
    for _ in range(count):
        with Asking(engine) as engine_at:
            turning = [name.strip("/") for one in engine_at.ask("GET", "/containers/json?all=1") for name in one["Names"]][0]
        storm = threading.Thread(target=storm_until_death, args=(engine, turning), daemon=True)
        storm.start()
        time.sleep(1)
        os.kill(engine.daemon.pid, signal.SIGKILL)
        engine.daemon.wait()
        storm.join()
        engine.start()
    clear(engine)
    reader.goal = last_number(engine)
    reader.join(30)
    wrong = sum(1 for before, after in zip([0] + reader.seen, reader.seen) if after != before + 1)
    print(f"{len(reader.seen)} events over {reader.breaks} breaks", flush=True)
    return wrong + (1 if reader.is_alive() else 0)


def storm_until_death(engine, name):
    try:
        with Asking(engine) as engine_at:
            while True:
                other = NAMES[1] if name == NAMES[0] else NAMES[0]
                engine_at.ask("POST", f"/containers/{name}/rename?name={other}")
                name = other
                time.sleep(0.01)
    except (OSError, RuntimeError, ValueError):
        pass
    except Exception:  # pylint: disable=broad-except
        # http.client's own kinds of a connection that breaks.
        pass


FAN_OUT = FanOut(1000)

EVENT_CASES = [
    Case("events-wrong", "events lost or out of order, 100 a second for 60 s to 1,000 subscribers, a tenth standing still",
         "", None, 1, FAN_OUT.figure("wrong"), alone=0, warm=False),
    Case("events-delay", "the same, from change to subscriber, 99 of 100", "s", None, 1, FAN_OUT.figure("p99"), alone=0.05, warm=False),
    Case("events-memory", "the same, memory of the engine above idle", "MiB", None, 1, FAN_OUT.figure("memory"), alone=64, warm=False),
    Case("journal-20000", "20,000 events into the journal, each durable and read", "s", None, 3, journal_rate, alone=1, warm=False),
    Case("events-kill", "events lost or seen twice over 5 kills of the engine", "", None, 1, kills, alone=0, warm=False),
]
