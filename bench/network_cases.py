"""The cases of networks and volumes. Where a title says so, the client's own start is not in a figure: one connection asks."""
import json
import os
import signal
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import traffic
from cases import IDLE, Case, PlayedOnce, clear, timed
from connection import UnixConnection

API = "/v1.41"


class Asking:
    """Requests to an engine on one connection."""

    def __init__(self, engine):
        self.engine = engine
        self.connection = UnixConnection(engine.socket)
        self.connection.timeout = 60

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None, prefix=API):
        """The answer; an error for what is not 2xx."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        self.connection.request(method, prefix + path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{self.engine.name}: {method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text.strip() else None


def set_up(engine, count=10):
    """What a bridge adds to the start of a container: median with it less median without."""
    image, *command = IDLE
    with Asking(engine) as engine_at:
        made = {mode: [engine_at.ask("POST", "/containers/create", {"Image": image, "Cmd": command,
                                                                    "HostConfig": {"NetworkMode": mode}})["Id"]
                       for _ in range(count)] for mode in ("bridge", "none")}
        try:
            # Nothing is taken away meanwhile: that would be in the next one's figure.
            took = {mode: [] for mode in made}
            for number in range(count):
                # What a start leaves to be done burdens the next one: each is first in its turn.
                for mode in sorted(made, reverse=number % 2 == 1):
                    one = made[mode][number]
                    took[mode].append(timed(lambda here=one: engine_at.ask("POST", f"/containers/{here}/start")))
        finally:
            engine.remove_all()
    return statistics.median(took["bridge"]) - statistics.median(took["none"])


def hundred_networks(engine):
    """100 bridge networks made and removed, one after the other."""
    with Asking(engine) as engine_at:
        def both():
            made = [engine_at.ask("POST", "/networks/create", {
                "Name": f"bench{number}", "Driver": "bridge",
                "IPAM": {"Config": [{"Subnet": f"10.215.{number}.0/24"}]}})["Id"] for number in range(100)]
            for network in made:
                engine_at.ask("DELETE", f"/networks/{network}")

        return timed(both)


def hundred_volumes(engine):
    with Asking(engine) as engine_at:
        def both():
            for number in range(100):
                engine_at.ask("POST", "/volumes/create", {"Name": f"bench{number}"})
            for number in range(100):
                engine_at.ask("DELETE", f"/volumes/bench{number}")

        return timed(both)


def one_and_a_network(engine):
    engine.docker("network", "create", "--subnet", "10.216.0.0/24", "bench")
    engine.docker("run", "-d", "--name", "idle", *IDLE)


def no_network(engine):
    clear(engine)
    engine.docker("network", "rm", "bench", check=False)


def connect(engine, count=10):
    """Connecting a running container to a network and disconnecting it: both together."""
    with Asking(engine) as engine_at:
        def both():
            engine_at.ask("POST", "/networks/bench/connect", {"Container": "idle"})
            engine_at.ask("POST", "/networks/bench/disconnect", {"Container": "idle"})

        return statistics.median(timed(both) for _ in range(count))


class Traffic:
    """Servers behind published ports, and another host to call them from."""

    PORTS = {"stream": 7201, "calls": 7000}

    def __init__(self):
        self.peers = {}

    def prepare(self, engine):
        self.peers[engine.name] = traffic.Peer(engine)
        engine.docker("run", "-d", "--name", "stream", "-p", "7201:5201", *traffic.HOST_ROOT, "iperf3", "-s")
        engine.docker("run", "-d", "--name", "calls", "-p", "7000:7000", *traffic.HOST_ROOT, "python3", "-c",
                      traffic.ACCEPTING)
        for port in self.PORTS.values():
            traffic.await_server(self.peers[engine.name].command([]), traffic.Peer.NEAR, port)
            traffic.await_server(engine.machine.command([]), "127.0.0.1", port)

    def tidy(self, engine):
        peer = self.peers.pop(engine.name, None)
        if peer:
            peer.close()
        clear(engine)

    def from_peer(self, way, port):
        return lambda engine: way(self.peers[engine.name].command([]), traffic.Peer.NEAR, self.PORTS[port])

    def from_here(self, way, port):
        return lambda engine: way(engine.machine.command([]), "127.0.0.1", self.PORTS[port])


def neighbours(engine):
    """Two containers that know each other by name."""
    engine.docker("network", "create", "--subnet", "10.216.0.0/24", "bench")
    for name in ("asking", "asked"):
        engine.docker("run", "-d", "--name", name, "--network", "bench", *IDLE)


def pid_of(engine, name):
    return int(engine.docker("inspect", "-f", "{{.State.Pid}}", name))


def dns(engine):
    return traffic.queries(pid_of(engine, "asking"), "asked")


def published(engine):
    engine.docker("run", "-d", "--name", "calls", "-p", "7000:7000", *traffic.HOST_ROOT, "python3", "-c", traffic.ACCEPTING)
    traffic.await_server(engine.machine.command([]), "127.0.0.1", 7000)


def until(condition, seconds=30):
    """Seconds until a condition holds, asked without rest."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise RuntimeError("it does not come about")
    return time.monotonic() - begin


def change_port(engine):
    """From the request for another port to the first connection through it."""
    change_port.next = getattr(change_port, "next", 7100) + 1
    number = change_port.next
    with Asking(engine) as engine_at:
        begin = time.monotonic()
        engine_at.ask("POST", "/wharf/v1/containers/calls/ports", {"7000/tcp": [{"HostPort": str(number)}]}, prefix="")
        until(lambda: traffic.connects(engine, "127.0.0.1", number))
        return time.monotonic() - begin


def repair(engine):
    """From the end of `nft flush ruleset` to the first connection through a published port."""
    port = int(engine.docker("port", "calls", "7000/tcp").split()[0].rsplit(":", 1)[1])
    engine.inside("nft", "flush", "ruleset")
    return until(lambda: traffic.connects(engine, "10.214.0.1", port))


def dns_back(engine):
    """From the start of an engine that was killed to the first answer to a container's question."""
    pid = pid_of(engine, "asking")
    os.kill(engine.daemon.pid, signal.SIGKILL)
    engine.daemon.wait()
    begin = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(engine.start)
        until(lambda: traffic.answers(pid, "asked"))
        seconds = time.monotonic() - begin
        starting.result()
    return seconds


class Thousand(PlayedOnce):
    """1,000 containers on two bridges: what the first hundred and the last cost."""

    def play(self, engine):
        """Starts them one after the other over two networks, as a bridge takes 1,024 ports at most."""
        for side in ("left", "right"):
            engine.docker("network", "create", "--subnet", f"10.{217 if side == 'left' else 218}.0.0/22", side)
        before, times, curve = engine.memory() / 1024, [], []
        image, *command = IDLE
        try:
            with Asking(engine) as engine_at:
                for number in range(self.count):
                    mode = "left" if number % 2 == 0 else "right"
                    made = engine_at.ask("POST", "/containers/create",
                                         {"Image": image, "Cmd": command, "HostConfig": {"NetworkMode": mode}})["Id"]
                    times.append(timed(lambda one=made: engine_at.ask("POST", f"/containers/{one}/start")))
                    if number % 100 == 99:
                        curve.append((statistics.median(times[-100:]), engine.memory() / 1024))
        finally:
            engine.remove_all()
            engine.docker("network", "rm", "left", "right", check=False)
        for number, (seconds, memory) in enumerate(curve):
            print(f"{engine.name}: start {number * 100 + 1} to {number * 100 + 100}: {seconds * 1000:.0f} ms each,"
                  f" memory {memory:.0f} MiB", flush=True)
        return {"first": curve[0][0], "last": curve[-1][0], "memory": (curve[-1][1] - before) / self.count}


TRAFFIC, THOUSAND = Traffic(), Thousand(1000)

NETWORK_CASES = [
    Case("endpoint", "set-up of an endpoint on a bridge (its part of a start)", "s", 0.25, 5, set_up),
    Case("networks-100", "100 networks made and removed, one connection", "s", 0.4, 3, hundred_networks),
    Case("connect", "`network connect` and `disconnect`, one connection", "s", 0.4, 5, connect, one_and_a_network, no_network),
    Case("stream-peer", "4 GB through a published port, from another host", "s", 1.0, 5,
         TRAFFIC.from_peer(traffic.transfer, "stream"), TRAFFIC.prepare, TRAFFIC.tidy),
    Case("stream-local", "the same from localhost", "s", 1.0, 5,
         TRAFFIC.from_here(traffic.transfer, "stream"), TRAFFIC.prepare, TRAFFIC.tidy),
    Case("calls-peer", "4,000 connections through a published port, from another host", "s", 1.0, 5,
         TRAFFIC.from_peer(traffic.calls, "calls"), TRAFFIC.prepare, TRAFFIC.tidy),
    Case("calls-local", "the same from localhost", "s", 1.0, 5,
         TRAFFIC.from_here(traffic.calls, "calls"), TRAFFIC.prepare, TRAFFIC.tidy),
    Case("dns", "10,000 DNS queries for a neighbour", "s", 0.33, 3, dns, neighbours, no_network),
    Case("dns-back", "from the start of a killed engine to its first DNS answer", "s", None, 3, dns_back, neighbours,
         no_network, alone=1.0),
    Case("port-change", "another published port for a running container, until it answers", "s", None, 5, change_port,
         published, clear, alone=0.1),
    Case("firewall-repair", "from `nft flush ruleset` until a published port answers", "s", None, 5, repair, published, clear,
         alone=1.0),
    Case("thousand-first", "1,000 endpoints: a start among the first hundred", "s", None, 1, THOUSAND.figure("first"),
         alone=0.2, warm=False),
    Case("thousand-last", "a start among the last hundred", "s", None, 1, THOUSAND.figure("last"), alone=0.2, warm=False),
    Case("thousand-memory", "memory of the engine for each", "MiB", None, 1, THOUSAND.figure("memory"), alone=2, warm=False),
    Case("volumes-100", "100 volumes made and removed, one connection", "s", None, 3, hundred_volumes),
]
