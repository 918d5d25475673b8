"""An authorization plugin, as small as can be: authz.py SOCKET FOLDER

Each question is a line of FOLDER/calls: its name and its body. FOLDER/rules has a verdict a line: the question's name, the
beginning of "METHOD PATH", and deny or fail with a message; what no rule speaks of is allowed.
"""

import http.server
import json
import os
import socketserver
import sys

SOCKET, FOLDER = sys.argv[1:]


def verdict(call, body):
    asked = body.get("RequestMethod", "") + " " + body.get("RequestUri", "")
    try:
        rules = open(os.path.join(FOLDER, "rules")).read().splitlines()
    except FileNotFoundError:
        rules = []
    for rule in rules:
        name, method, path, what, message = rule.split(" ", 4)
        if name == call and path in asked and asked.startswith(method):
            return {"Allow": False, "Msg": message} if what == "deny" else {"Err": message}
    return {"Allow": True}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        call = self.path[1:]
        if call == "Plugin.Activate":
            answer = {"Implements": ["authz"]}
        else:
            call = call.split(".")[1]
            with open(os.path.join(FOLDER, "calls"), "a") as calls:
                calls.write(call + " " + json.dumps(body) + "\n")
            answer = verdict(call, body)
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def address_string(self):
        return "engine"

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


if os.path.exists(SOCKET):
    os.unlink(SOCKET)
server = Server(SOCKET, Handler)
print("ready", flush=True)
server.serve_forever()
