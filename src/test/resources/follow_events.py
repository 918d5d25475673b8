# Follows an engine's events in one of four ways for ever, and goes on where it stood whenever the engine is back.
# Arguments: docker, sse, websocket or grpc; the socket; the file to append each event's time or number to.
import http.client, json, os, socket, struct, subprocess, sys, time

way, path, kept = sys.argv[1:]
out = open(kept, "a")
last = 0
EVERYTHING = "%7B%22type%22:%5B%22container%22,%22image%22,%22network%22,%22volume%22,%22daemon%22,%22audit%22%5D%7D"


def take(place):
    global last
    out.write("%d\n" % place)
    out.flush()
    last = place


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)


def lines(uri, headers):
    engine = Engine("docker")
    engine.request("GET", uri, headers=headers)
    answer = engine.getresponse()
    if answer.status != 200:
        raise OSError("answered %d" % answer.status)
    for line in answer:
        # A death may cut one in half.
        if line.endswith(b"\n"):
            yield line


def docker():
    place = last + 1
    since = "%d.%09d" % (place // 10**9, place % 10**9)
    for line in lines("/events?since=%s&filters=%s" % (since, EVERYTHING), {}):
        take(json.loads(line)["timeNano"])


def sse():
    number = None
    for line in lines("/wharf/v1/events", {"Last-Event-ID": str(last)}):
        if line.startswith(b"id: "):
            number = int(line[4:])
        elif line == b"\n" and number is not None:
            take(number)
            number = None


def exactly(source, size):
    read = b""
    while len(read) < size:
        more = source.read(size - len(read))
        if not more:
            raise OSError("the end")
        read += more
    return read


def websocket():
    end = socket.socket(socket.AF_UNIX)
    end.connect(path)
    end.sendall(
        ("GET /wharf/v1/events?after=%d HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % last).encode())
    source = end.makefile("rb")
    if b" 101 " not in source.readline():
        raise OSError("no upgrade")
    while source.readline().strip():
        pass
    message = b""
    while True:
        first, size = exactly(source, 2)
        size &= 127
        if size == 126:
            size = struct.unpack(">H", exactly(source, 2))[0]
        elif size == 127:
            size = struct.unpack(">Q", exactly(source, 8))[0]
        part = exactly(source, size)
        if first & 15 in (0, 1):
            message += part
            if first & 128:
                take(json.loads(message)["seq"])
                message = b""
        elif first & 15 == 8:
            raise OSError("closed")


def varint(value):
    coded = b""
    while value > 127:
        coded += bytes([value & 127 | 128])
        value >>= 7
    return coded + bytes([value])


def grpc():
    asked = b"\x08" + varint(last)
    client = subprocess.Popen(
        ["curl", "-sN", "--http2-prior-knowledge", "--unix-socket", path, "-H", "content-type: application/grpc",
         "-H", "te: trailers", "--data-binary", "@-", "http://d/wharf.events.v1.Events/Subscribe"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        client.stdin.write(struct.pack(">BI", 0, len(asked)) + asked)
        client.stdin.close()
        while True:
            event = exactly(client.stdout, struct.unpack(">BI", exactly(client.stdout, 5))[1])
            # The first field is the number.
            number = shift = 0
            for byte in event[1:]:
                number |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            take(number)
    finally:
        client.kill()
        client.wait()


print("ready", flush=True)
while True:
    try:
        globals()[way]()
    except (OSError, ValueError, http.client.HTTPException):
        pass
    time.sleep(0.05)
