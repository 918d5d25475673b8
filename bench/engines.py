"""The two engines side by side: each in a network and a mount namespace of its own, with the same image."""

import http.client
import io
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import time

BUSYBOX = "/bin/busybox" if os.path.exists("/bin/busybox") else shutil.which("busybox")
IMAGE = "bench:latest"
LINES = "/data/lines"
LINE = b"x" * 70 + b"\n"
START_LIMIT = 60


class Engine:
    """A daemon with roots of its own below `folder`, reached by the real docker client."""

    def __init__(self, name, command, folder):
        self.name = name
        self.command = command
        self.folder = os.path.join(folder, name)
        self.socket = os.path.join(self.folder, "api.sock")
        self.process = None
        os.makedirs(self.folder, exist_ok=True)

    def start(self):
        """Starts the daemon and answers the seconds from exec to the first answered _ping."""
        # A mount namespace whose mounts are shared among themselves, as daemons expect; lo must be up for DNAT.
        script = "mount --make-rshared /; ip link set lo up; echo 1 > /proc/sys/net/ipv4/ip_forward; read go; exec \"$@\""
        log = open(os.path.join(self.folder, "daemon.log"), "ab")
        self.process = subprocess.Popen(
            ["unshare", "--net", "--mount", "--propagation", "unchanged", "sh", "-c", script, "sh", *self.arguments()],
            stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
        log.close()
        time.sleep(0.2)  # the namespaces are not what is measured
        begun = time.perf_counter()
        self.process.stdin.write(b"\n")
        self.process.stdin.close()
        self._await_ping(begun)
        return time.perf_counter() - begun

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def docker(self, *arguments, data=None, check=True, output=subprocess.PIPE):
        """Runs the docker client; answers its standard output as text."""
        done = subprocess.run(
            ["docker", "-H", "unix://" + self.socket, *arguments],
            input=data, stdout=output, stderr=subprocess.PIPE, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{self.name}: docker {' '.join(arguments[:3])}…: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace") if done.stdout else ""

    def remove_all(self):
        ids = self.docker("ps", "-aq").split()
        if ids:
            self.docker("rm", "-f", *ids)

    def load_image(self):
        self.docker("import", "--change", 'CMD ["sh"]', "-", IMAGE, data=small_root())

    def version(self):
        return self.docker("version", "--format", "{{.Server.Version}}").strip()

    def memory(self):
        """Megabytes of PSS of the daemon, its helpers and its monitors, without the containers' own processes."""
        return sum(pss(pid) for pid in self.own_processes()) / 1024

    def own_processes(self):
        helpers = {"dockerd", "containerd", "containerd-shim-runc-v2", "containerd-shim", "docker-proxy", "conmon", "java"}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    with open(f"/proc/{entry}/cmdline", "rb") as file:
                        line = file.read().decode(errors="replace")
                    program = os.path.basename(os.readlink(f"/proc/{entry}/exe"))
                    parent = parent_of(entry)
                except OSError:
                    continue
                if program in helpers and (self.folder in line or parent == self.process.pid):
                    yield int(entry)

    def _await_ping(self, begun):
        while time.perf_counter() - begun < START_LIMIT:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended at start; see {self.folder}/daemon.log")
            try:
                if ping(self.socket) == 200:
                    return
            except OSError:
                time.sleep(0.002)
        raise RuntimeError(f"{self.name} does not answer; see {self.folder}/daemon.log")


class Dockerd(Engine):
    """A dockerd with a containerd of its own."""

    def arguments(self):
        root = self.folder
        return [self.command, "-H", "unix://" + self.socket, "--data-root", root + "/data", "--exec-root", root + "/exec",
                "--pidfile", root + "/pid", "--config-file", self._config(), "--log-level", "error"]

    def _config(self):
        path = self.folder + "/daemon.json"
        with open(path, "w", encoding="utf-8") as file:
            file.write("{}")
        return path


class Wharfd(Engine):
    """Our daemon, with the same flags."""

    def arguments(self):
        root = self.folder
        return [self.command, "-H", "unix://" + self.socket, "--data-root", root + "/data", "--exec-root", root + "/exec",
                "--pidfile", root + "/pid", "--log-level", "warn"]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


def ping(path):
    connection = UnixConnection(path)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(error) from error
    finally:
        connection.close()


def parent_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def pss(pid):
    """Kilobytes; nothing for a process that has just ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def small_root():
    """A tar of a root: busybox, its applets' links, and a file of a million bytes of 71-byte lines."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for folder in ("bin", "tmp", "etc", "data", "root"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        tar.add(BUSYBOX, "bin/busybox")
        for applet in subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split():
            if applet != "busybox":
                entry = tarfile.TarInfo("bin/" + applet)
                entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(entry)
        for name, content in (("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"), ("etc/group", b"root:x:0:\n"),
                              (LINES[1:], LINE * (1_000_000 // len(LINE)))):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()
