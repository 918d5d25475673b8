"""The engines that are compared: started on roots of their own, driven by the real docker client."""
import http.client
import os
import shutil
import signal
import subprocess
import tempfile
import time

from connection import UnixConnection
from machine import Machine, cpu, own, pss

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START_SECONDS = 60


class Engine:
    """One engine: a daemon with data root, exec root and socket in a folder of its own."""

    def __init__(self, name, program, number, client, flags=()):
        self.name = name
        self.program = program
        self.flags = list(flags)
        self.client = client
        # The same file system for all: what is measured must not be the disk.
        self.home = tempfile.mkdtemp(prefix="wharf-bench.", dir=os.environ.get("BENCH_FOLDER", "/var/tmp"))
        self.socket = self.home + "/d.sock"
        # Room for more containers than a /24 has addresses.
        self.bip = f"10.214.{4 * number}.1/22"
        self.machine = Machine()
        self.daemon = None
        self.memory_backed = False

    def start(self):
        """Starts the daemon; the seconds until its first answered ping."""
        flags = ["-H", "unix://" + self.socket, "--data-root", self.home + "/data", "--exec-root", self.home + "/exec",
                 "--pidfile", self.home + "/pid", "--bip", self.bip, *self.flags]
        with open(self.home + "/log", "ab") as log:
            begin = time.monotonic()
            self.daemon = subprocess.Popen(self.machine.command([self.program] + flags), stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log, env=clean_environment())
        while not self.pings():
            if self.daemon.poll() is not None or time.monotonic() - begin > START_SECONDS:
                raise RuntimeError(f"{self.name} does not start:\n{self.log_tail()}")
            time.sleep(0.002)
        return time.monotonic() - begin

    def pings(self):
        connection = UnixConnection(self.socket)
        try:
            connection.request("GET", "/_ping")
            return connection.getresponse().read() == b"OK"
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            try:
                self.daemon.wait(60)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
        self.daemon = None

    def on_tmpfs(self):
        """Starts the daemon anew with its data root in memory, empty."""
        self.stop()
        os.makedirs(self.home + "/data", exist_ok=True)
        self.inside("mount", "-t", "tmpfs", "-o", "size=6g", "none", self.home + "/data")
        self.memory_backed = True
        self.start()

    def off_tmpfs(self):
        if self.memory_backed:
            self.stop()
            self.inside("umount", "-l", self.home + "/data")
            self.memory_backed = False
            self.start()

    def inside(self, *command):
        subprocess.run(self.machine.command(list(command)), check=True)

    def docker(self, *arguments, stdin=None, stdout=subprocess.PIPE, check=True):
        """Runs the client to its end; its output."""
        done = subprocess.run([self.client, *arguments], stdin=stdin or subprocess.DEVNULL, stdout=stdout,
                              stderr=subprocess.PIPE, env=self.environment(), timeout=300, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: docker {' '.join(arguments)}: {done.stderr.decode()}\n{self.log_tail()}")
        return (done.stdout or b"").decode()

    def environment(self):
        return clean_environment() | {"DOCKER_HOST": "unix://" + self.socket, "DOCKER_CONFIG": self.home + "/client"}

    def remove_all(self):
        ids = self.docker("ps", "-aq").split()
        if ids:
            self.docker("rm", "-f", *ids)

    def memory(self):
        """KiB of everything the engine needs: all its processes but those that run inside containers."""
        return sum(pss(pid) for pid, arguments in own(self.home).items() if not is_payload(arguments))

    def cpu(self):
        """Seconds of processor time that everything the engine needs has taken so far, ended children included."""
        return sum(cpu(pid) for pid, arguments in own(self.home).items() if not is_payload(arguments))

    def log_tail(self):
        with open(self.home + "/log", encoding="utf-8", errors="replace") as f:
            return "".join(f.readlines()[-15:])

    def close(self):
        """Leaves nothing: containers, daemon, what outlived it, namespaces, folders."""
        try:
            if self.daemon and self.daemon.poll() is None:
                self.remove_all()
        except (RuntimeError, subprocess.SubprocessError):
            pass  # the kill below is for what would not go
        self.stop()
        for _ in range(50):
            left = own(self.home)
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if not left:
                break
            time.sleep(0.1)
        self.machine.close()
        subprocess.run(["rm", "-rf", "--one-file-system", self.home], check=False)


def is_payload(arguments):
    """True for the benchmarks' own containers, which are equal on both sides."""
    return arguments.strip() in ("sleep 1000000",)


def clean_environment():
    drop = ("DOCKER_", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")
    return {name: value for name, value in os.environ.items() if not name.startswith(drop)}


def find_client():
    client = shutil.which("docker")
    if not client:
        client = os.path.join(ROOT, "bin/.tools/docker")
    return client
