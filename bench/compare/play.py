"""Plays one case at one engine and writes down what came back, with what is the engine's own taken out of it."""
import io
import json
import re
import tarfile
import time

from cases import LOOP
from wire import ask, frames

# In every engine's answers, and never the same.
VOLATILE = re.compile(r"""(?x) \.(Created|StartedAt|FinishedAt|Pid|SandboxID|SandboxKey|EndpointID|IPAddress|MacAddress|Gateway|NetworkID|\w*Path|Start|End
    |read|preread|SizeRw|SizeRootFs|Status|SpaceReclaimed|HostPort|PublicPort|Source|Size|CreatedAt|ID)$ | ^\.GraphDriver""")
HEADERS = ("Date", "Content-Length", "Server", "Api-Version", "Docker-Experimental", "X-Docker-Container-Path-Stat", "Sec-Websocket-Accept")


class Player:
    """An engine, and the version at which it is asked."""

    def __init__(self, engine, version):
        self.engine = engine
        self.prefix = "/v" + version
        self.image = ""
        self.other = ""

    def ask(self, method, target, **more):
        return ask(self.engine.socket, method, self.prefix + target, **more)

    def create(self, name, config):
        body = {"Image": "busybox", "Cmd": LOOP, "Labels": {"case": name}, "HostConfig": {"NetworkMode": "none"}}
        host = config.get("HostConfig", {})
        body.update({k: v for k, v in config.items() if not k.startswith("_")})
        body["HostConfig"] = {"NetworkMode": "none", **host}
        answer = self.ask("POST", "/containers/create", query={"name": name}, body=body)
        if answer.status != 201:
            raise RuntimeError(f"{self.engine.name}: no container for {name}: {answer.body}")
        return answer.json()["Id"]

    def bring(self, case):
        """The container in the state that the case wants; its id."""
        state = case.state
        config = dict(case.config)
        if state == "tty":
            config["Tty"] = True
        if state == "exited" and "Cmd" not in config:
            # Docker reads the two streams at once, in any order.
            pause = "sleep 0.2;" if str(case).startswith("ContainerLogs ") else ""
            config["Cmd"] = ["sh", "-c", f"echo out; {pause} echo err >&2; exit 3"]
        ident = self.create(case.name, config)
        if state in ("running", "paused", "tty", "exited", "paused-later", "stopped-later"):
            self.ask("POST", f"/containers/{ident}/start")
            if state != "exited" and "Cmd" not in config:
                self.await_output(ident)
        if state == "exited":
            self.ask("POST", f"/containers/{ident}/wait")
        if state == "paused":
            self.ask("POST", f"/containers/{ident}/pause")
        if state == "removed":
            self.ask("DELETE", f"/containers/{ident}?force=1")
        return ident

    def await_output(self, ident):
        """Waits until the process has set its traps and spoken."""
        for _ in range(100):
            body = self.ask("GET", f"/containers/{ident}/logs", query={"stdout": "1", "stderr": "1"}).body
            if b"out" in body and b"err" in body:
                return
            time.sleep(0.02)

    def play(self, case):
        """What one case gave: place -> text."""
        names = {"name": case.name, "id": "", "short": "", "exec": "", "other": "other", "image": self.image}
        made = []
        try:
            if case.state:
                names["id"] = self.bring(case)
                names["short"] = names["id"][:12]
            if case.execute is not None:
                body = self.ask("POST", f"/containers/{names['id']}/exec", body=case.execute).json() or {}
                names["exec"] = body.get("Id", "noexec")
                if case.config.get("_run_exec"):
                    self.ask("POST", f"/exec/{names['exec']}/start", body={"Detach": True})
                    if "exit" in str(case.execute) or case.execute["Cmd"] == ["true"]:
                        self.await_end(names["exec"])
            if case.state in ("paused-later", "stopped-later"):
                self.ask("POST", f"/containers/{names['id']}/" + ("pause" if case.state == "paused-later" else "stop"))
            made.append(names["id"])
            return self.exchange(case, names, made)
        finally:
            for ident in filter(None, made):
                self.ask("DELETE", f"/containers/{ident}", query={"force": "1", "v": "1"})

    def await_end(self, ident):
        for _ in range(100):
            if not self.ask("GET", f"/exec/{ident}/json").json()["Running"]:
                return
            time.sleep(0.02)

    def exchange(self, case, names, made):
        body = fill(case.body, names)
        query = fill(case.query, names)
        if case.operation == "ContainerCreate":
            if isinstance(body, dict):
                body.setdefault("Image", "busybox")
                body.setdefault("Labels", {"case": case.name})
                if isinstance(body.setdefault("HostConfig", {}), dict) and not body.get("NetworkingConfig"):
                    body["HostConfig"].setdefault("NetworkMode", "none")
            query.setdefault("name", case.name)
        answer = self.ask(case.method, fill(case.target, names), query=query or None, headers=case.headers, body=body, stdin=case.stdin, quiet=case.quiet)
        record = {}
        made_now = ""
        if case.operation == "ContainerCreate" and answer.status == 201:
            made_now = answer.json()["Id"]
            made.append(made_now)
            names = {**names, "made": made_now}
        if case.operation == "ContainerExec" and answer.status == 201:
            names = {**names, "made": answer.json()["Id"]}
        self.write(record, "", answer, case, names)
        if made_now:
            self.look(record, case, made_now, names)
        elif case.operation == "ContainerExec" and answer.status == 201 and case.start:
            self.write(record, "inspect ", self.ask("GET", f"/exec/{names['made']}/json"), case, names)
            self.write(record, "start ", self.ask("POST", f"/exec/{names['made']}/start", body={}, quiet=1), case, names)
            self.await_end(names["made"])
            self.write(record, "end ", self.ask("GET", f"/exec/{names['made']}/json"), case, names)
        elif case.execute is not None and case.operation == "ExecStart":
            if answer.status == 200 and not answer.body:
                self.await_end(names["exec"])
            self.write(record, "end ", self.ask("GET", f"/exec/{names['exec']}/json"), case, names)
        if names["id"] and case.method != "GET" and case.state != "removed":
            if case.operation in ("ContainerKill", "ContainerStart", "ContainerRestart", "ContainerAttach"):
                time.sleep(0.3)  # what they cause comes a little later
            after = self.ask("GET", f"/containers/{names['id']}/json")
            record["after"] = str(after.status) + " " + json.dumps({k: v for k, v in ((after.json() or {}).get("State") or {}).items() if isinstance(v, bool) or k in ("Status", "ExitCode")})
            if case.operation == "ContainerUpdate":
                self.values(record, "after ", after.json().get("HostConfig"), ".HostConfig", case, names)
        return record

    def look(self, record, case, ident, names):
        """What became of a create: inspected, and started to its end."""
        self.write(record, "inspect ", self.ask("GET", f"/containers/{ident}/json"), case, names)
        if case.start:
            self.write(record, "start ", self.ask("POST", f"/containers/{ident}/start"), case, names)
            restarts = "always" in case.label or "unless" in case.label
            if not restarts:
                self.ask("POST", f"/containers/{ident}/wait", query={"condition": "not-running"}, quiet=8)
            started = self.ask("GET", f"/containers/{ident}/json").json() or {}
            for part in ("Mounts", "NetworkSettings") if restarts else ("State", "Mounts", "NetworkSettings"):
                self.values(record, "started body ", started.get(part), "." + part, case, names)
            logs = self.ask("GET", f"/containers/{ident}/logs", query={"stdout": "1", "stderr": "1"})
            said = frames(logs.body) if logs.status == 200 and not restarts else None
            if said:
                for number, text in said.items():
                    for line in self.same(text.decode("utf-8", "replace"), names).splitlines():
                        # A shell's errors have the name of the file and the line; one that loops says all of it again.
                        record.setdefault(f"inside {number} {line}", "said")

    def write(self, record, place, answer, case, names):
        record[place + "status"] = str(answer.status)
        if not answer.ended:
            record[place + "end"] = "kept open"
        for key, value in answer.headers.items():
            if key not in HEADERS:
                record[f"{place}header {key}"] = self.same(value, names)
        parsed = answer.json() if answer.headers.get("Content-Type", "").startswith("application/json") else None
        if isinstance(parsed, dict) and set(parsed) == {"message"}:
            record[place + "message"] = self.same(parsed["message"], names)
        elif parsed is not None:
            self.values(record, place + "body ", parsed, "", case, names)
        elif answer.body.startswith(b"{") and self.first(answer.body) is not None:
            self.values(record, place + "line ", self.first(answer.body), "", case, names)
        elif answer.body:
            self.text(record, place, answer, names)

    @staticmethod
    def first(body):
        """The first of several JSON values, one a line; None where it is none."""
        try:
            return json.loads(body.splitlines()[0])
        except ValueError:
            return None

    def text(self, record, place, answer, names):
        if answer.headers.get("Content-Type", "").startswith("application/x-tar") or answer.body[257:262] == b"ustar":
            record[place + "tar"] = str(entries(answer.body))
            return
        said = frames(answer.body)
        if said is not None:
            for number, text in said.items():
                record[f"{place}stream {number}"] = self.same(text.decode("utf-8", "replace"), names)
        else:
            record[place + "text"] = self.same(answer.body[:2000].decode("utf-8", "replace"), names)

    def values(self, record, place, value, path, case, names):
        """Each value of a JSON body; of the volatile ones only the type."""
        if isinstance(value, dict):
            record[f"{place}{path or '.'}"] = "object"
            for key, inner in value.items():
                self.values(record, place, inner, f"{path}.{self.same(key, names)}", case, names)
        elif isinstance(value, list) and value and not any(isinstance(v, (dict, list)) for v in value):
            record[f"{place}{path or '.'}"] = "list" if case.shape else "list " + self.same(", ".join(map(str, value)), names)
        elif isinstance(value, list):
            if value and all(isinstance(v, dict) and set(v) == {"Path", "Kind"} for v in value):
                # Changes come in no certain order: dockerd walks maps.
                value = sorted(value, key=lambda change: change["Path"])
            record[f"{place}{path or '.'}"] = "empty list" if not value else "list"
            for number, inner in enumerate(value):
                self.values(record, place, inner, f"{path}[{'' if case.shape else number}]", case, names)
        elif value is None:
            record[f"{place}{path or '.'}"] = "null"
        else:
            kind = type(value).__name__.replace("float", "int")
            volatile = case.shape or VOLATILE.search(path) and not path.endswith(("State.Status", ".Platform"))
            record[f"{place}{path or '.'}"] = kind if volatile else f"{kind} {self.same(str(value), names)}"

    def same(self, text, names):
        """The text without what is this engine's own."""
        for key in ("id", "made", "exec"):
            if names.get(key):
                text = text.replace(names[key], f"<{key}>").replace(names[key][:12], f"<{key}>")
        if self.other:
            text = text.replace(self.other, "<other>").replace(self.other[:12], "<other>")
        text = text.replace(self.engine.home, "<home>").replace(self.image, "<image>")
        text = re.sub(r"\b[0-9a-f]{64}\b", "<hex>", text)
        text = re.sub(r"\b10\.214\.\d+\.\d+\b", "<address>", text)
        text = re.sub(r"\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b", "<mac>", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<time>", text)
        return text


def entries(body):
    try:
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            names = sorted(f"{e.name} {e.type.decode()} {e.mode:o}" for e in archive)
            return names if len(names) < 10 else f"{len(names)} entries, {names[:3]}"
    except tarfile.TarError as e:
        return f"broken: {e}"


def fill(value, names):
    if isinstance(value, str):
        for key, text in names.items():
            value = value.replace("{" + key + "}", text)
        return value
    if isinstance(value, dict):
        return {fill(k, names): fill(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(v, names) for v in value]
    return value
