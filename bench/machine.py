"""A pair of namespaces for one engine: its own network and mounts, so that neither engine meets the other's rules."""
import os
import subprocess


class Machine:
    """Holds the namespaces by a process that ends with its input, so with this program, however that ends."""

    def __init__(self):
        script = ("mount --make-rshared /; mount -t tmpfs none /run/containerd 2>/dev/null; ip link set lo up; "
                  "echo ready; exec cat >/dev/null")
        self.holder = subprocess.Popen(["unshare", "-n", "-m", "sh", "-c", script], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise RuntimeError("no namespaces: is this root?")

    def command(self, command):
        """The command line that runs a command inside."""
        ns = f"/proc/{self.holder.pid}/ns"
        return ["nsenter", f"--net={ns}/net", f"--mount={ns}/mnt"] + command

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


class PlainHybrid:
    """While it is open, crun can work on a host of hybrid cgroups.

    crun refuses hosts whose unified tree has controllers beside v1 trees; so those are mounted as v1 trees for the time
    of the measurement. Does nothing where cgroups are of one kind, or where the kernel will not have it.
    """

    def __init__(self, top="/sys/fs/cgroup"):
        self.mounted = []
        try:
            with open(top + "/unified/cgroup.controllers", encoding="ascii") as f:
                left = f.read().split()
        except OSError:
            left = []
        for controller in left:
            folder = f"{top}/{controller}"
            os.makedirs(folder, exist_ok=True)
            done = subprocess.run(["mount", "-t", "cgroup", "-o", controller, "cgroup", folder], check=False,
                                  stderr=subprocess.DEVNULL)
            if done.returncode == 0:
                self.mounted.append(folder)
            else:
                os.rmdir(folder)

    def close(self):
        for folder in self.mounted:
            # A tree with a cgroup left in it would not go back to where it was.
            for place, _, _ in os.walk(folder, topdown=False):
                if place != folder:
                    try:
                        os.rmdir(place)
                    except OSError:
                        pass  # somebody else's, and in use
            subprocess.run(["umount", folder], check=False)
            try:
                os.rmdir(folder)
            except OSError:
                pass  # mounted by another one, too


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
