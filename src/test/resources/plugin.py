"""A volume plugin, as small as can be: plugin.py SOCKET FOLDER

Volumes are folders in FOLDER/volumes. Each call is a line of FOLDER/calls: its name and its body. What a call is to fail with
stands in FOLDER/fail-NAME; while FOLDER/hang is there, nothing is answered.
"""

import http.server
import json
import os
import shutil
import socketserver
import sys
import time

SOCKET, FOLDER = sys.argv[1:]
VOLUMES = os.path.join(FOLDER, "volumes")
os.makedirs(VOLUMES, exist_ok=True)


def place(name):
    return os.path.join(VOLUMES, name)


def shown(name):
    return {"Name": name, "Mountpoint": place(name), "Status": {"colour": "green", "parts": [1, 2]}}


def answer(call, body):
    name = body.get("Name", "")
    if call == "Plugin.Activate":
        return {"Implements": ["VolumeDriver"]}
    if call == "VolumeDriver.Capabilities":
        return {"Capabilities": {"Scope": "global"}}
    if call == "VolumeDriver.Create":
        os.makedirs(place(name))
        return {}
    if call == "VolumeDriver.List":
        return {"Volumes": [shown(each) for each in sorted(os.listdir(VOLUMES))]}
    if not os.path.isdir(place(name)):
        raise ValueError("no such thing")
    if call == "VolumeDriver.Get":
        return {"Volume": shown(name)}
    if call == "VolumeDriver.Remove":
        shutil.rmtree(place(name))
        return {}
    if call in ("VolumeDriver.Mount", "VolumeDriver.Path"):
        return {"Mountpoint": place(name)}
    return {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = self.path[1:]
        with open(os.path.join(FOLDER, "calls"), "a") as calls:
            calls.write(call + " " + text.decode() + "\n")
        while os.path.exists(os.path.join(FOLDER, "hang")):
            time.sleep(0.05)
        status = 200
        try:
            refusal = os.path.join(FOLDER, "fail-" + call)
            if os.path.exists(refusal):
                raise ValueError(open(refusal).read())
            said = answer(call, json.loads(text or b"{}"))
        except ValueError as e:
            status, said = 500, {"Err": str(e)}
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.docker.plugins.v1.2+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "engine"

    def log_message(self, *arguments):
        pass


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


if os.path.exists(SOCKET):
    os.unlink(SOCKET)
Server(SOCKET, Handler).serve_forever()
