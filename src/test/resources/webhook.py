# A receiver of webhooks that is in a bad way: it fails now and then, is silent at times, and keeps what it took.
# Arguments: port, file of the secret, file to append the numbers of accepted events to; for TLS a folder with server.pem and
# ca.pem, by which clients must be certified.
import hashlib, hmac, json, ssl, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, secret, kept = int(sys.argv[1]), open(sys.argv[2], "rb").read().strip(), sys.argv[3]
count = 0


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global count
        count += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = dict(part.split("=", 1) for part in self.headers["Wharf-Signature"].split(","))
        wanted = hmac.new(secret, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, parts["v1"]):
            return self.answer(401)
        if count % 5 == 0:
            return self.answer(500)
        if count % 7 == 0:
            return self.answer(503, "0")
        if count % 11 == 0:
            time.sleep(2)
            return
        with open(kept, "a") as out:
            for event in json.loads(body):
                out.write("%s %s\n" % (event["wharfseq"], event["type"]))
        self.answer(200)

    def answer(self, status, after=None):
        self.send_response(status)
        if after:
            self.send_header("Retry-After", after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
if len(sys.argv) > 4:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=sys.argv[4] + "/ca.pem")
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_cert_chain(sys.argv[4] + "/server.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
