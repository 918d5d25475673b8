"""A pair of namespaces for one engine: its own network and mounts, so that neither engine meets the other's rules."""
import contextlib
import ctypes
import os
import subprocess

LIBC = ctypes.CDLL(None, use_errno=True)


def enter(namespace):
    """setns(2) for the calling thread; Python has it only since 3.12."""
    if LIBC.setns(namespace.fileno(), 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")


# crun refuses hosts whose unified tree has controllers beside v1 trees. It looks at one file, which is empty here: nobody
# outside these namespaces notices, and both engines have the same.
PLAIN_HYBRID = ("controllers=/sys/fs/cgroup/unified/cgroup.controllers; "
                "[ ! -e $controllers ] || mount --bind /dev/null $controllers; ")


class Machine:
    """Holds the namespaces by a process that ends with its input, so with this program, however that ends."""

    def __init__(self):
        script = ("mount --make-rshared /; mount -t tmpfs none /run/containerd 2>/dev/null; ip link set lo up; "
                  + PLAIN_HYBRID + "echo ready; exec cat >/dev/null")
        self.holder = subprocess.Popen(["unshare", "-n", "-m", "sh", "-c", script], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise RuntimeError("no namespaces: is this root?")

    def command(self, command):
        """The command line that runs a command inside."""
        ns = f"/proc/{self.holder.pid}/ns"
        return ["nsenter", f"--net={ns}/net", f"--mount={ns}/mnt"] + command

    @contextlib.contextmanager
    def network(self):
        """The calling thread is in the engine's network meanwhile: sockets that it makes belong there."""
        with open("/proc/thread-self/ns/net", "rb") as home, open(f"/proc/{self.holder.pid}/ns/net", "rb") as there:
            enter(there)
            try:
                yield
            finally:
                enter(home)

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


def processes():
    """All processes: pid -> (parent, arguments joined by spaces)."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                    stat = f.read()
                fields = stat[stat.rindex(")") + 2:].split()
                with open(f"/proc/{name}/cmdline", "rb") as f:
                    arguments = f.read().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue  # gone meanwhile
            if fields[0] != "Z":
                found[int(name)] = (int(fields[1]), arguments)
    return found


def own(home):
    """The processes of the engine whose folder this is: those that name it, and what descends from them."""
    everything = processes()
    mine = {pid for pid, (_, arguments) in everything.items() if home + "/" in arguments}
    mine.discard(os.getpid())
    grown = True
    while grown:
        more = {pid for pid, (parent, _) in everything.items() if parent in mine and pid not in mine}
        grown = bool(more)
        mine |= more
    return {pid: everything[pid][1] for pid in mine}


def pss(pid):
    """Proportional set size in KiB; 0 for what has ended."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def cpu(pid):
    """Seconds of processor time, of children that have ended too; 0 for what has ended itself."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            stat = f.read()
    except OSError:
        return 0
    return sum(int(ticks) for ticks in stat[stat.rindex(")") + 2:].split()[11:15]) / os.sysconf("SC_CLK_TCK")
