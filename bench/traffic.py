"""What sends packets through an engine's networks: another host, servers in containers, clients outside of them."""
import json
import socket
import subprocess
import tempfile
import time

# The programs of this machine, in a container: the same bytes serve behind both engines. iperf3 wants a file of its own.
HOST_ROOT = ["-v", "/:/host:ro", "--tmpfs", "/host/tmp", "busybox", "chroot", "/host"]

ACCEPTING = """
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("0.0.0.0", 7000))
s.listen(1024)
while True:
    c, _ = s.accept()
    c.sendall(b"x")
    c.close()
"""

CALLING = """
import socket, sys, time
address, count = (sys.argv[1], int(sys.argv[2])), int(sys.argv[3])
begin = time.monotonic()
for _ in range(count):
    s = socket.create_connection(address, 5)
    assert s.recv(1) == b"x"
    s.close()
print(time.monotonic() - begin)
"""


class Peer:
    """Another host: a network namespace with a cable to the engine's, held by a process that ends with its input."""

    NEAR, FAR = "10.213.0.1", "10.213.0.2"

    def __init__(self, engine):
        self.holder = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo ready; exec cat >/dev/null"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"ready\n":
            raise RuntimeError("no namespace: is this root?")
        engine.inside("ip", "link", "add", "cable", "type", "veth", "peer", "name", "eth0", "netns", str(self.holder.pid))
        engine.inside("ip", "address", "add", self.NEAR + "/24", "dev", "cable")
        engine.inside("ip", "link", "set", "cable", "up")
        for words in (["address", "add", self.FAR + "/24", "dev", "eth0"], ["link", "set", "eth0", "up"],
                      ["link", "set", "lo", "up"]):
            subprocess.run(self.command(["ip", *words]), check=True)

    def command(self, command):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"] + command

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


def outputs(command, timeout=120):
    """What a command prints."""
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=timeout).stdout


def await_server(command, host, port, seconds=20):
    """Until something answers there, asked from where the command prefix leads."""
    script = f"import socket; socket.create_connection(('{host}', {port}), 1).close()"
    end = time.monotonic() + seconds
    while subprocess.run(command + ["python3", "-c", script], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        if time.monotonic() > end:
            raise RuntimeError(f"nothing answers at {host}:{port}")
        time.sleep(0.05)


def transfer(prefix, host, port, size="4G"):
    """Seconds that iperf3 takes to send so much."""
    told = json.loads(subprocess.run(prefix + ["iperf3", "-c", host, "-p", str(port), "-n", size, "--json"], check=False,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120).stdout)
    if "error" in told:
        raise RuntimeError(f"iperf3 to {host}:{port}: {told['error']}")
    return told["end"]["sum_received"]["seconds"]


def calls(prefix, host, port, count=4000):
    """Seconds for so many connections, one after the other."""
    return float(outputs(prefix + ["python3", "-c", CALLING, host, str(port), str(count)]))


def queries(pid, name, seconds=3):
    """Seconds for 10,000 DNS queries for a name, asked of 127.0.0.11 from where a process is."""
    with tempfile.NamedTemporaryFile("w") as asked:
        # Read again and again, so no pipe.
        asked.write(f"{name} A\n")
        asked.flush()
        told = outputs(["nsenter", "-t", str(pid), "-n", "dnsperf", "-s", "127.0.0.11", "-l", str(seconds), "-c", "4", "-q", "64",
                        "-t", "2", "-d", asked.name], timeout=60)
    lines = told.decode().splitlines()
    lost = next(int(line.split(":")[1].split()[0]) for line in lines if "Queries lost" in line)
    good = [line for line in lines if "Response codes" in line]
    rate = next(float(line.split(":")[1]) for line in lines if "Queries per second" in line)
    if lost or "NOERROR" not in good[0]:
        raise RuntimeError(f"{lost} queries lost; {good}")
    return 10_000 / rate


def answers(pid, name, timeout=0.2):
    """Whether 127.0.0.11 gives an address for a name, seen from where a process is."""
    script = f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout({timeout})
q = b"\\x12\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00"
for label in "{name}".split("."):
    q += bytes([len(label)]) + label.encode()
s.sendto(q + b"\\x00\\x00\\x01\\x00\\x01", ("127.0.0.11", 53))
r = s.recv(512)
raise SystemExit(0 if r[3] & 15 == 0 and r[7] > 0 else 1)
"""
    return subprocess.run(["nsenter", "-t", str(pid), "-n", "python3", "-c", script], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


def connects(engine, host, port):
    """Whether a connection from the engine's own namespace succeeds, without another process."""
    with engine.machine.network():
        client = socket.socket()
    client.settimeout(0.2)
    try:
        client.connect((host, port))
        return True
    except OSError:
        return False
    finally:
        client.close()
