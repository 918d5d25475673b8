"""HTTP by hand over a unix socket: as little as possible between what the engine says and what is recorded."""
import json
import socket
import time
from urllib.parse import quote, urlencode

DEADLINE = 30


class Answer:
    """What came back. Ended is false where the engine kept a stream open and the player left."""

    def __init__(self, status, headers, body, ended):
        self.status = status
        self.headers = headers
        self.body = body
        self.ended = ended

    def json(self):
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def ask(path, method, target, query=None, headers=None, body=None, stdin=None, quiet=None):
    """One exchange. Quiet: seconds of silence after which an endless answer is taken as it is."""
    target = quote(target, safe="/%:") + ("?" + (query if isinstance(query, str) else urlencode(query)) if query else "")
    lines = {"Host": "docker", "User-Agent": "compare"}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        lines["Content-Type"] = "application/json"
    if body is not None or method in ("POST", "PUT"):
        lines["Content-Length"] = str(len(body or b""))
    lines.update(headers or {})
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v is not None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(DEADLINE)
        connection.connect(path)
        connection.sendall(head.encode() + b"\r\n" + (body or b""))
        return _Reader(connection, method, quiet).answer(stdin)


class _Reader:
    def __init__(self, connection, method, quiet):
        self.connection = connection
        self.method = method
        self.quiet = quiet
        self.bytes = b""
        self.deadline = time.monotonic() + DEADLINE

    def more(self):
        """Reads on; false at the end, None where nothing comes any more."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            return None
        self.connection.settimeout(min(left, self.quiet or left))
        try:
            part = self.connection.recv(65536)
        except TimeoutError:
            return None
        except ConnectionError:
            return False
        self.bytes += part
        return bool(part)

    def answer(self, stdin):
        quiet, self.quiet = self.quiet, None
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                return Answer(0, {}, self.bytes, False)
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = {k.strip().title(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        self.quiet = quiet
        if stdin is not None:
            self.connection.sendall(stdin)
            self.connection.shutdown(socket.SHUT_WR)
        if self.method == "HEAD" or status in (204, 304):
            return Answer(status, headers, b"", True)
        if headers.get("Transfer-Encoding") == "chunked":
            return Answer(status, headers, *self.chunks())
        length = int(headers["Content-Length"]) if "Content-Length" in headers else None
        while length is None or len(self.bytes) < length:
            more = self.more()
            if not more:
                return Answer(status, headers, self.bytes, more is False)
        return Answer(status, headers, self.bytes, True)

    def chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.bytes:
                if not self.more():
                    return body, False
            size, self.bytes = self.bytes.split(b"\r\n", 1)
            size = int(size, 16)
            while len(self.bytes) < size + 2:
                if not self.more():
                    return body + self.bytes, False
            body, self.bytes = body + self.bytes[:size], self.bytes[size + 2:]
            if size == 0:
                return body, True


def frames(body):
    """The multiplexed framing taken apart: stream number -> its bytes; None where it is something else."""
    streams, at = {}, 0
    while at < len(body):
        if len(body) < at + 8 or body[at] > 3 or body[at + 1:at + 4] != b"\0\0\0":
            return None
        size = int.from_bytes(body[at + 4:at + 8], "big")
        streams[body[at]] = streams.get(body[at], b"") + body[at + 8:at + 8 + size]
        at += 8 + size
    return streams
