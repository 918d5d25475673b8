"""A network plugin, as small as can be: network_plugin.py SOCKET FOLDER

A network is a bridge, an endpoint a pair with one end in it. Each call is a line of FOLDER/calls: its name and its body. What
a call is to fail with stands in FOLDER/fail-NAME.
"""

import http.server
import json
import os
import socketserver
import subprocess
import sys

SOCKET, FOLDER = sys.argv[1:]
gateways = {}


def ip(*words):
    done = subprocess.run(("ip",) + words, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr.strip())


def answer(call, body):
    network, endpoint = body.get("NetworkID", ""), body.get("EndpointID", "")
    bridge, outer, inner = "tn" + network[:8], "to" + endpoint[:8], "ti" + endpoint[:8]
    if call == "Plugin.Activate":
        return {"Implements": ["NetworkDriver"]}
    if call == "NetworkDriver.GetCapabilities":
        return {"Scope": "local"}
    if call == "NetworkDriver.CreateNetwork":
        pool = body["IPv4Data"][0]
        gateways[network] = pool["Gateway"].split("/")[0]
        ip("link", "add", bridge, "type", "bridge")
        ip("addr", "add", pool["Gateway"], "dev", bridge)
        ip("link", "set", bridge, "up")
    elif call == "NetworkDriver.DeleteNetwork":
        ip("link", "del", bridge)
    elif call == "NetworkDriver.CreateEndpoint":
        return {"Interface": {"MacAddress": "02:aa:bb:cc:dd:ee"}}
    elif call == "NetworkDriver.Join":
        ip("link", "add", outer, "type", "veth", "peer", "name", inner)
        ip("link", "set", outer, "master", bridge, "up")
        return {
            "InterfaceName": {"SrcName": inner, "DstPrefix": "eth"},
            "Gateway": gateways[network],
            "StaticRoutes": [{"Destination": "198.51.100.0/24", "RouteType": 1}],
        }
    elif call == "NetworkDriver.DeleteEndpoint":
        # It may have gone with the container.
        subprocess.run(("ip", "link", "del", outer), capture_output=True)
    return {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = self.path[1:]
        with open(os.path.join(FOLDER, "calls"), "a") as calls:
            calls.write(call + " " + text.decode() + "\n")
        status = 200
        try:
            refusal = os.path.join(FOLDER, "fail-" + call)
            if os.path.exists(refusal):
                raise ValueError(open(refusal).read())
            said = answer(call, json.loads(text or b"{}"))
        except ValueError as e:
            said = {"Err": str(e)}
        body = json.dumps(said).encode()
        self.send_response(status)
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
