"""What Schemathesis must know of the engine: its socket, objects to ask for, and what no request may do to the host.

Every request is changed at the last moment, whatever made it, so nothing gets past the list of what is left out.
"""
import atexit
import http.client
import json
import os
import random
import socket
import sys
import time

import requests
import schemathesis
import urllib3.connection

SOCKET = os.environ["WHARF_SOCKET"]
# The engine is killed now and then: what is not answered for that is asked again.
DIES = os.environ.get("WHARF_DIES") == "1"
FIXED = random.Random(1)


def connect(*_):
    for turn in range(300 if DIES else 1):
        end = socket.socket(socket.AF_UNIX)
        end.settimeout(30)
        try:
            end.connect(SOCKET)
            return end
        except OSError:
            end.close()
            time.sleep(0.1)
    raise ConnectionRefusedError("no engine at " + SOCKET)


def patient(send):
    """Sends again what broke off with the engine; the same request may then meet what it has left behind."""

    def again(*arguments, **more):
        for turn in range(300):
            try:
                answer = send(*arguments, **more)
                if isinstance(answer, requests.Response):
                    answer.content  # Read here, where it may break off. pylint: disable=pointless-statement
                return answer
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, http.client.HTTPException, OSError) as e:
                if isinstance(e, requests.Timeout) or turn == 299:
                    raise
                broken.append(e)
                # The tap before the engine takes connections while there is none behind it.
                time.sleep(0.1)

    return again


broken = []
if DIES:
    requests.Session.send = patient(requests.Session.send)
    atexit.register(lambda: print("asked again after a death: %d" % len(broken), file=sys.stderr))


# The address in every URL is a pretext: there is one engine, behind one socket.
urllib3.connection.HTTPConnection._new_conn = connect

# Whatever reaches the host or its neighbours from a container, a volume or a network, by the keys that ask for it.
# Compared as the engine reads them: without regard to case.
HARMFUL = set(
    "privileged devices devicerequests devicecgrouprules binds mounts volumesfrom pidmode ipcmode utsmode usernsmode "
    "cgroupnsmode cgroupparent cgroup securityopt capadd runtime sysctls oomscoreadj oomkilldisable logconfig storageopt "
    "networkmode containeridfile links driveropts blkioweightdevice blkiodevicereadbps blkiodevicewritebps "
    "blkiodevicereadiops blkiodevicewriteiops maskedpaths readonlypaths restartpolicy options ipam configfrom "
    "serveraddress".split()
)
# Queries that make an answer endless, or the engine ask somebody else.
PINNED = {
    "SystemEvents": {"until": "1", "since": "0"},
    "ContainerLogs": {"follow": "0"},
    "ContainerStats": {"stream": "0", "one-shot": "1"},
    "ContainerWait": {"condition": "not-running"},
    "ContainerStop": {"t": "0"},
    "ContainerRestart": {"t": "0"},
    "ImageCreate": {"fromSrc": "-", "fromImage": None},
    "ImageSearch": {"term": "localhost:1/nothing"},
    "ImageBuild": {"remote": None},
}
# A registry that cannot be reached is a failure of what the engine needs, as Docker has it.
ASKS_A_REGISTRY = {"ImagePush", "ImageSearch", "DistributionInspect", "SystemAuth", "ImageVerify"}


# After these the objects below may be gone, or in another state.
DISTURBS = ("Delete", "Prune", "Collect", "Rename", "Stop", "Kill", "Restart", "Pause", "Restore", "Update", "Disconnect")
made = {}


def once(make):
    """Makes an object where it is not there for certain."""

    def known_or_made():
        if make not in made:
            made[make] = make()
        return made[make]

    return known_or_made


def ask_once(method, path, body=None):
    engine = http.client.HTTPConnection("localhost")
    engine.sock = connect()
    try:
        tar = isinstance(body, bytes)
        content = body if tar or body is None else json.dumps(body)
        engine.request(method, path, content, {"Content-Type": "application/x-tar" if tar else "application/json"})
        answer = engine.getresponse()
        return answer.status, answer.read()
    finally:
        engine.close()


ask = patient(ask_once) if DIES else ask_once
LOOP = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"]


@once
def image():
    """The small image, which a prune or a collection may have taken."""
    if ask("GET", "/images/busybox/json")[0] == 404:
        with open(os.environ["WHARF_IMAGE"], "rb") as tar:
            ask("POST", "/images/create?fromSrc=-&repo=busybox:latest", tar.read())
    return "busybox"


@once
def still():
    """A container that does not run."""
    image()
    ask("POST", "/containers/create?name=still", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"NetworkMode": "none"}})
    return "still"


@once
def runs():
    """A container that runs, if nothing has stopped it just now."""
    image()
    ask("POST", "/containers/create?name=runs", {"Image": "busybox", "Cmd": LOOP, "HostConfig": {"NetworkMode": "none"}})
    ask("POST", "/containers/runs/unpause")
    ask("POST", "/containers/runs/start")
    return "runs"


@once
def network():
    ask("POST", "/networks/create", {"Name": "fixture"})
    return "fixture"


@once
def volume():
    ask("POST", "/volumes/create", {"Name": "fixture"})
    return "fixture"


def execution():
    status, body = ask("POST", "/containers/%s/exec" % runs(), {"Cmd": ["true"]})
    return json.loads(body)["Id"] if status == 201 else "none"


def known(operation):
    """The name of an object that an operation can be asked for, made now where it is not there; None where there is none."""
    path = operation.path
    if operation.definition.raw["operationId"] in ASKS_A_REGISTRY:
        return "localhost:1/nothing"
    if path.startswith("/containers/{"):
        return still() if operation.definition.raw["operationId"] == "ContainerWait" else FIXED.choice([still, runs])()
    if path.startswith("/images/{") or path.startswith("/wharf/v1/images/{"):
        return image()
    if path.startswith("/networks/{"):
        return network()
    if path.startswith("/volumes/{") or path.startswith("/wharf/v1/volumes/{"):
        return volume()
    if path.startswith("/exec/{"):
        return execution()
    return None


def harmless(value):
    if isinstance(value, dict):
        return {
            key: "busybox" if key.lower() == "image" and isinstance(inner, str) else harmless(inner)
            for key, inner in value.items()
            if key.lower() not in HARMFUL
        }
    if isinstance(value, list):
        return [harmless(inner) for inner in value]
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = case.operation.definition.raw["operationId"]
    case.body = harmless(case.body) if isinstance(case.body, (dict, list)) else case.body
    # Deleting the small image would leave nothing to try the rest on.
    if case.path_parameters and operation != "ImageDelete":
        name = known(case.operation)
        first = next(iter(case.path_parameters))
        if name is not None and (operation in ASKS_A_REGISTRY or operation == "ContainerWait" or FIXED.random() < 0.8):
            case.path_parameters[first] = name
    if any(word in operation for word in DISTURBS):
        made.clear()
    for key, value in PINNED.get(operation, {}).items():
        case.query = dict(case.query or {})
        case.query.pop(key, None)
        if value is not None:
            case.query[key] = value


@schemathesis.serializer("application/x-tar")
def bytes_as_they_are(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.check
def fails_only_as_meant(context, response, case):
    """501 is a refusal that the contract tells of, 503 the answer of an engine outside a swarm."""
    operation = case.operation.definition.raw
    if response.status_code < 500 or response.status_code == 501:
        return
    if response.status_code == 503 and "swarm" in operation["tags"]:
        return
    if response.status_code == 503 and "swarm" in response.text:
        return
    if operation["operationId"] == "NetworkDisconnect" and "is not connected to" in response.text:
        # The status that Docker gives, and its words.
        return
    unreachable = "connection refused" in response.text.lower() or "no such host" in response.text
    if operation["operationId"] in ASKS_A_REGISTRY and unreachable:
        return
    raise AssertionError("%d is not meant: %s" % (response.status_code, response.text[:300]))
