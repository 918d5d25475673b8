"""Stands before a registry and writes down each request: method, path, range or -, status, bytes sent.

Arguments: port to listen on, port of the registry, file to write to, bytes a second for each answer (0: as fast as it goes).
"""
import http.client
import http.server
import sys
import threading
import time

listen, target, record, rate = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
lock = threading.Lock()


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        upstream = http.client.HTTPConnection("127.0.0.1", target)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        sent = 0
        try:
            while self.command != "HEAD":
                chunk = answer.read(32768)
                if not chunk:
                    break
                self.wfile.write(chunk)
                sent += len(chunk)
                if rate:
                    time.sleep(len(chunk) / rate)
        except OSError:
            self.close_connection = True
        finally:
            upstream.close()
            with lock, open(record, "a") as out:
                out.write(f"{self.command} {self.path} {self.headers.get('Range') or '-'} {answer.status} {sent}\n")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = forward

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", listen), Proxy)
server.daemon_threads = True
print("ready", flush=True)
server.serve_forever()
