"""The cases: every operation with each of its parameters and fields, in every state of a container."""
import copy
import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any, Optional

import values

STATES = ("created", "running", "paused", "exited", "tty", "removed")
# Ends at once when asked to, and says something on both streams.
LOOP = ["sh", "-c", "trap 'exit 0' TERM; echo out; sleep 0.2; echo err >&2; while :; do sleep 1000 & wait; done"]
# Tells what became of the options.
LOOK = ["sh", "-c", "id; pwd; hostname; env | sort; grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; ulimit -a; cut -d' ' -f5,6 "
        "/proc/self/mountinfo | sort; cat /etc/hosts /etc/resolv.conf; cat /proc/self/oom_score_adj; ls /sys/class/net; ls -l /dev | sed -E 's/ +[A-Z][a-z]{2} +[0-9]+ [0-9:]+ / /; s/ +/ /g; /^total/d'"]
# Answers that do not end by themselves are left after so many seconds of silence.
QUIET = 0.6


@dataclass
class Case:
    """One container in one state, one request, and what is looked at afterwards."""

    operation: str
    label: str
    method: str
    target: str
    state: Optional[str] = "running"
    query: Any = None
    headers: dict = field(default_factory=dict)
    body: Any = None
    stdin: Optional[bytes] = None
    quiet: Optional[float] = None
    config: dict = field(default_factory=dict)
    # An exec is made first: its body.
    execute: Optional[dict] = None
    # Start what was created, and compare what it says.
    start: bool = False
    # Nothing else may run meanwhile.
    alone: bool = False
    # Figures differ, so only keys and types are compared.
    shape: bool = False
    name: str = ""

    def __str__(self):
        return f"{self.operation} {self.label}"


def tar(*names):
    """A tar with small files; a name that ends with a slash is a folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in names:
            entry = tarfile.TarInfo(name.rstrip("/"))
            if name.endswith("/"):
                entry.type = tarfile.DIRTYPE
                archive.addfile(entry)
            else:
                entry.size = 3
                archive.addfile(entry, io.BytesIO(b"abc"))
    return packed.getvalue()


STREAMS = {"ContainerAttach", "ContainerAttachWebsocket", "ContainerStats", "ContainerLogs", "ExecStart", "ContainerWait"}
# What an operation needs to say anything.
DEFAULTS = {
    "ContainerLogs": {"stdout": "1", "stderr": "1"}, "ContainerAttach": {"stdout": "1", "stderr": "1", "logs": "1"},
    "ContainerAttachWebsocket": {"logs": "1"}, "ContainerResize": {"h": "24", "w": "80"}, "ExecResize": {"h": "24", "w": "80"},
    "ContainerArchive": {"path": "/etc/passwd"}, "ContainerArchiveInfo": {"path": "/etc/passwd"}, "PutContainerArchive": {"path": "/tmp"},
    "ContainerRename": {"name": "{name}z"}, "ContainerStats": {"stream": "0"}, "ContainerStop": {"t": "2"}, "ContainerRestart": {"t": "2"},
    "ContainerList": {"all": "1", "filters": '{"label":["case={name}"]}'}, "ContainerPrune": {"filters": '{"label":["case={name}"]}'},
}
BODIES = {"ContainerExec": {"Cmd": ["echo", "hi"], "AttachStdout": True, "AttachStderr": True}, "ExecStart": {}, "ContainerUpdate": {"CpuShares": 512},
          "PutContainerArchive": tar("d/", "d/f", "g"), "ContainerCreate": {}}


def base(definition, name, **more):
    """A case of an operation with what it needs."""
    method, path, _ = definition.operations[name]
    case = Case(name, "", method, path.replace("/exec/{id}", "/exec/{exec}"), query=dict(DEFAULTS.get(name, {})), body=copy.deepcopy(BODIES.get(name)))
    case.shape = name in ("ContainerStats", "ContainerTop")
    if name in STREAMS:
        # A command ends by itself; on a busy machine it begins late.
        case.quiet = 4 if name == "ExecStart" else QUIET
    if name.startswith("Exec"):
        case.execute = dict(BODIES["ContainerExec"])
    if name == "ExecResize":
        case.execute = {"Cmd": ["sleep", "9"], "Tty": True}
        case.config = {"_run_exec": True}
    if name == "ContainerPrune":
        case.state = "exited"
    if name == "ContainerWait":
        case.state = "exited"
    if name == "ContainerAttachWebsocket":
        case.headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "MTIzNDU2Nzg5MDEyMzQ1Ng==", "Origin": "http://localhost"}
    for key, value in more.items():
        setattr(case, key, value)
    return case


def made(definition):
    """All cases of a version, each with a label of its own."""
    found = []
    for name in definition.operations:
        if "{id}" in definition.operations[name][1]:
            found += states(definition, name) + references(definition, name)
        found += queries(definition, name)
    found += creates(definition) + bodies(definition) + filters(definition) + by_hand(definition)
    labels = {}
    for number, case in enumerate(found):
        case.name = f"c{number}"
        labels[str(case)] = labels.get(str(case), 0) + 1
        if labels[str(case)] > 1:
            case.label += f" ({labels[str(case)]})"
    return found


def states(definition, name):
    return [base(definition, name, label=f"of one that is {state}", state=state) for state in STATES if not name.startswith("Exec")]


def references(definition, name):
    """Other ways to name a container or an exec, and names of none."""
    token = "{exec}" if name.startswith("Exec") else "{id}"
    found = []
    for label, text in {"of nobody": "nosuch", "by an odd name": "a b", "by a path": "a/b", "by an id of nobody": "f" * 64}.items():
        case = base(definition, name, label=label, state=None, execute=None)
        case.target = case.target.replace(token, text)
        found.append(case)
    for label, text in {"by name": "{name}", "by short id": "{short}", "by slash and name": "%2F{name}"}.items():
        if token == "{id}" and name in ("ContainerInspect", "ContainerKill", "ContainerRename", "ContainerArchive"):
            case = base(definition, name, label=label)
            case.target = case.target.replace(token, text)
            found.append(case)
    return found


def queries(definition, name):
    found = []
    for parameter in definition.parameters(name):
        key = parameter["name"]
        if key == "filters":
            continue
        for value in values.QUERY.get((name, key)) or values.BY_TYPE[parameter.get("type", "string")]:
            case = base(definition, name, label=f"?{key}={value[:40]}")
            case.query[key] = value
            if key in ("stream", "follow") and value in ("1", "true", "True", "x", ""):
                case.quiet = 1.5 if name == "ContainerStats" else QUIET
            if name == "ContainerLogs" and key in ("tail", "since", "until", "timestamps"):
                case.state = "exited"
            if name == "ContainerCreate":
                case.state = None
            found.append(case)
        if parameter.get("required"):
            case = base(definition, name, label=f"without {key}")
            case.query.pop(key, None)
            found.append(case)
    return found


def put(body, path, value):
    """The body with a value at a dotted path; of a tuple the second part is merged in."""
    extra = {}
    if isinstance(value, tuple):
        value, extra = value
    merge(body, copy.deepcopy(extra))
    *outer, last = path.split(".")
    for key in outer:
        body = body.setdefault(key, {})
    body[last] = value


def merge(into, more):
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def say(value):
    return repr(value).replace(" ", "")[:70]


def creates(definition):
    found = []
    fields = definition.fields("ContainerCreate")
    for path, kind in {**fields, **{p: "object" for p in values.CREATE if p not in fields}}.items():
        for value in values.CREATE.get(path, []):
            case = base(definition, "ContainerCreate", label=f"{path}={say(value)}", state=None, start=True)
            case.body = {"Cmd": LOOK}
            put(case.body, path, value)
            found.append(case)
        wrong = () if path.startswith("NetworkingConfig.") else values.WRONG_JSON.get(kind, ())
        for value in wrong:
            if value not in values.CREATE.get(path, []):
                case = base(definition, "ContainerCreate", label=f"{path}:={say(value)}", state=None)
                case.body = {}
                put(case.body, path, value)
                found.append(case)
    return found


def bodies(definition):
    found = []
    for name, table in (("ContainerUpdate", values.UPDATE), ("ContainerExec", values.EXEC), ("ExecStart", values.EXEC_START)):
        fields = definition.fields(name)
        for path, kind in {**fields, **{p: "object" for p in table if p not in fields}}.items():
            for value in table.get(path, []) + [w for w in values.WRONG_JSON.get(kind, ()) if w not in table.get(path, [])]:
                case = base(definition, name, label=f"{path}={say(value)}")
                case.body = {} if name == "ContainerUpdate" else copy.deepcopy(BODIES[name])
                if name == "ExecStart" and path == "Tty":
                    case.execute["Tty"] = True
                put(case.body, path, value)
                case.start = name == "ContainerExec"
                found.append(case)
    for name in ("ContainerCreate", "ContainerUpdate", "ContainerExec", "ExecStart", "ContainerStart", "ContainerKill"):
        for label, body in {"no body": b"", "a broken body": b"{", "a null body": b"null", "a list as body": b"[]", "a text as body": b'"x"',
                            "two bodies": b"{}{}", "an unknown key": b'{"Bogus":1}', "other case": b'{"cmd":["true"],"IMAGE":"busybox"}'}.items():
            for content in ("application/json", None, "text/plain"):
                if content == "application/json" or label in ("no body", "an unknown key"):
                    case = base(definition, name, label=f"with {label} as {content}", state=None if name == "ContainerCreate" else "running")
                    case.body, case.headers = body, {"Content-Type": content}
                    if name == "ContainerStart":
                        case.state = "created"
                    found.append(case)
    return found


def filters(definition):
    found = []
    for name in ("ContainerList", "ContainerPrune"):
        for value in values.FILTERS[name]:
            text = json.dumps(value)
            # Both forms cannot be mixed.
            mine = {"label": {"case={name}": True} if any(isinstance(v, dict) for v in value.values()) else ["case={name}"]} if "label" not in value else {}
            case = base(definition, name, label=f"?filters={text}", state="exited")
            case.query["filters"] = json.dumps({**mine, **value}) if isinstance(value, dict) else text
            case.config = {"ExposedPorts": {"80/tcp": {}}}
            case.alone = name == "ContainerPrune"
            found.append(case)
        for text in ("{", "[]", "null", "", '"x"', "7", '{"label":7}'):
            found.append(base(definition, name, label=f"?filters={text}", state="exited", query={"all": "1", "filters": text}, alone=True, shape=True))
    found.append(base(definition, "ContainerPrune", label="of everything", state="exited", query={}, alone=True))
    return found


UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}


def by_hand(definition):
    """What the definition says in words only."""
    def attach(label, **more):
        query = {"stream": "1", "stdout": "1", "stderr": "1", **more.pop("query", {})}
        return base(definition, "ContainerAttach", label=label, query=query, **more)

    cat = {"Cmd": ["cat"], "OpenStdin": True, "StdinOnce": True}
    found = [attach("and stream", headers=UPGRADE), attach("and stream without upgrade"), attach("and stream of a tty", state="tty", headers=UPGRADE),
             attach("to h2c", headers={"Connection": "Upgrade", "Upgrade": "h2c"}),
             attach("with input", headers=UPGRADE, query={"stdin": "1"}, stdin=b"hello\n", config=cat),
             attach("with input without upgrade", query={"stdin": "1"}, stdin=b"hello\n", config=cat),
             attach("with logs", headers=UPGRADE, query={"logs": "1"}), attach("to no stream", query={"stdout": "0", "stderr": "0"}),
             attach("to stdout alone", query={"stderr": "0", "logs": "1"}, headers=UPGRADE)]

    def start(label, execute, body=None, **more):
        return base(definition, "ExecStart", label=label, execute={"AttachStdout": True, "AttachStderr": True, **execute}, body=body or {}, **more)

    found += [start("and stream", {"Cmd": ["sh", "-c", "echo a; echo b >&2"]}, headers=UPGRADE), start("with a tty", {"Cmd": ["tty"], "Tty": True}, {"Tty": True}, headers=UPGRADE),
              start("with a tty of the exec alone", {"Cmd": ["tty"], "Tty": True}, headers=UPGRADE), start("with a tty of the start alone", {"Cmd": ["tty"]}, {"Tty": True}, headers=UPGRADE),
              start("with input", {"Cmd": ["cat"], "AttachStdin": True}, headers=UPGRADE, stdin=b"hello\n"), start("detached", {"Cmd": ["true"]}, {"Detach": True}),
              start("of a missing command", {"Cmd": ["nosuch"]}), start("of a missing command, detached", {"Cmd": ["nosuch"]}, {"Detach": True}),
              start("of what cannot be run", {"Cmd": ["/etc/passwd"]}), start("with exit code 7", {"Cmd": ["sh", "-c", "exit 7"]}),
              start("by signal", {"Cmd": ["sh", "-c", "kill -9 $$"]}), start("to h2c", {"Cmd": ["true"]}, headers={"Connection": "Upgrade", "Upgrade": "h2c"}),
              start("twice", {"Cmd": ["true"]}, config={"_run_exec": True}), start("of a paused container", {"Cmd": ["true"]}, state="paused-later"),
              start("of a stopped container", {"Cmd": ["true"]}, state="stopped-later")]
    for label, execute, config in (("before it started", {"Cmd": ["true"]}, {}), ("while it runs", {"Cmd": ["sleep", "9"]}, {"_run_exec": True}),
                                   ("after its end", {"Cmd": ["sh", "-c", "exit 7"]}, {"_run_exec": True}), ("with all options", {"Cmd": ["sleep", "9"], "Tty": True, "AttachStdin": True,
                                    "Privileged": True, "User": "nobody", "Env": ["A=b"], "WorkingDir": "/tmp", "DetachKeys": "ctrl-a"}, {})):
        found.append(base(definition, "ExecInspect", label=label, execute=execute, config=config))
    put_archive = lambda label, **more: base(definition, "PutContainerArchive", label=label, **more)
    found += [put_archive("of no tar", body=b"x" * 600), put_archive("of nothing", body=b""), put_archive("with a file over a folder", body=tar("etc"), query={"path": "/", "noOverwriteDirNonDir": "1"}),
              put_archive("with a folder over a file", body=tar("passwd/"), query={"path": "/etc", "noOverwriteDirNonDir": "1"}), put_archive("out of the root", body=tar("../../x")),
              put_archive("into a read-only root", config={"HostConfig": {"ReadonlyRootfs": True}}), put_archive("into a read-only volume", config={"HostConfig": {"Binds": ["/etc:/mnt:ro"]}}, query={"path": "/mnt"})]
    running = {"HostConfig": {"NetworkMode": "bridge"}, "ExposedPorts": {"80/tcp": {}}}
    published = {"HostConfig": {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostPort": ""}]}}}
    for label, config in (("on the bridge", running), ("with a published port", published), ("with a volume", {"Volumes": {"/data": {}}}), ("with a bind", {"HostConfig": {"Binds": ["/etc:/mnt"]}}),
                          ("on the host's network", {"HostConfig": {"NetworkMode": "host"}}), ("with a health check", {"Healthcheck": {"Test": ["CMD", "true"], "Interval": 10 ** 8}})):
        for name in ("ContainerInspect", "ContainerList"):
            for state in ("created", "running", "exited"):
                found.append(base(definition, name, label=f"{state} {label}", config=config, state=state))
        found.append(base(definition, "ContainerInspect", label=f"with sizes {label}", config=config, query={"size": "1"}))
        found.append(base(definition, "ContainerStats", label=label, config=config))
    found.append(base(definition, "ContainerDelete", label="of a running one by force", query={"force": "1"}))
    found.append(base(definition, "ContainerDelete", label="of a paused one by force", query={"force": "1"}, state="paused"))
    found.append(base(definition, "ContainerDelete", label="with its volumes", query={"v": "1"}, state="exited", config={"Volumes": {"/data": {}}}))
    found.append(base(definition, "ContainerDelete", label="of a link that is none", query={"link": "1"}, state="exited"))
    found.append(base(definition, "ContainerChanges", label="of one that changed", config={"Cmd": ["sh", "-c", "echo >/new; rm /etc/group; echo >>/etc/passwd"]}, state="exited"))
    for name in ("ContainerStart", "ContainerRestart"):
        for label, config in (("with a missing command", {"Cmd": ["nosuch"]}), ("with a folder as command", {"Cmd": ["/etc"]}), ("with a missing user", {"User": "nosuch"}), ("with a file as its working folder", {"WorkingDir": "/etc/passwd"})):
            found.append(base(definition, name, label=label, state="created", config=config))
    found.append(base(definition, "ContainerCreate", label="with a name in use", query={"name": "{name}"}, state="created"))
    for path, method in (("/containers/{id}/nosuch", "GET"), ("/containers/{id}", "GET"), ("/containers/{id}/json", "POST"), ("/containers/{id}/start", "GET"), ("/containers/json", "DELETE"),
                         ("/exec/{id}/nosuch", "GET"), ("/containers/{id}/kill/", "POST"), ("/containers//json", "GET"), ("/containers/create/", "POST"), ("/containers/{id}/json", "HEAD"), ("/containers/json", "OPTIONS")):
        found.append(Case("Route", f"{method} {path}", method, path))
    return found
