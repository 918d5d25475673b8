"""Plays the image operations of the official API definition at dockerd and at Wharf, and prints each difference."""
import bz2
import gzip
import io
import json
import lzma
import os
import re
import sys
import tarfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

# pylint: disable=wrong-import-position
from play import Player, fill  # noqa: E402
from turns import Case, main, numbered, pairs  # noqa: E402
from wire import ask  # noqa: E402

RULES = "images.toml"
# Of each engine's own, or of the moment.
OWN = re.compile(r"\.(Created|LastTagTime|Size|VirtualSize|SharedSize|SpaceReclaimed|LayersSize|current|total|CreatedAt|Since|RefCount)$")


def tar(**files):
    """A tar of small files; the same bytes each time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def small(ref="{name}:t", *changes):
    """Makes an image of the case's own."""
    repo, tag = ref.rsplit(":", 1)
    query = [("fromSrc", "-"), ("repo", repo), ("tag", tag), ("changes", "LABEL case={name}")] + [("changes", c) for c in changes]
    return "POST", "/images/create", query, b"{name}"


def tagged(ref, of="{name}:t"):
    repo, tag = ref.rsplit(":", 1)
    return "POST", f"/images/{of}/tag", {"repo": repo, "tag": tag}, None


def container(start, image="base", name="{name}"):
    made = [("POST", "/containers/create", {"name": name}, {"Image": image, "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": "none"}})]
    return tuple(made + [("POST", f"/containers/{name}/start", None, None)] if start else made)


def committed(ref, of="{name}"):
    """An image on top of another, by way of a container."""
    repo, tag = ref.rsplit(":", 1)
    return (("POST", "/containers/create", {"name": of}, {"Image": "{name}:t", "Cmd": ["x"]}),
            ("POST", "/commit", {"container": of, "repo": repo, "tag": tag}, None), ("DELETE", f"/containers/{of}", {"force": "1"}, None))


def of_base(ref):
    """An image of the case's own that can run: the small one with one more label."""
    repo, tag = ref.rsplit(":", 1)
    return (("POST", "/containers/create", {"name": "{name}y"}, {"Image": "base"}),
            ("POST", "/commit", {"container": "{name}y", "repo": repo, "tag": tag, "changes": "LABEL case={name}"}, None), ("DELETE", "/containers/{name}y", {"force": "1"}, None))


MINE = '"label":["case={name}"]'
ODD_NAMES = ["nosuch", "nosuch:tag", "UPPER", "a b", "sha256:" + "f" * 64, "f" * 64, "sha256:ff", "base@sha256:" + "0" * 64, "base:", ":x", "a//b", "-x", "x" * 300,
             "localhost:5000/base", "docker.io/library/base", "docker.io/base", "index.docker.io/library/base", "library/base", "{short}", "{id}", "{id12}"]
BOOLEANS = ["1", "true", "0", "false", "x", ""]


def lists():
    found = [Case("ImageList", f"?{key}={value}", "GET", "/images/json", {key: value, "filters": '{"reference":["base","child","m/*"]}'}, look=False)
             for key in ("all", "digests", "shared-size", "manifests") for value in BOOLEANS]
    for text in ('{"dangling":["true"]}', '{"dangling":["false"]}', '{"dangling":["1"]}', '{"dangling":["x"]}', '{"dangling":[]}', '{"dangling":["true","false"]}',
                 '{"dangling":{"true":true}}', '{"label":["kind=base"]}', '{"label":["kind"]}', '{"label":["kind=other"]}', '{"label":["kind","more=1"]}', '{"label":[]}',
                 '{"before":["child"]}', '{"before":["base"]}', '{"before":["nosuch"]}', '{"before":["{id}"]}', '{"since":["base"]}', '{"since":["nosuch"]}', '{"since":["{short}"]}',
                 '{"before":["child","base"]}', '{"since":["base","child"]}', '{"since":["base"],"before":["child"]}', '{"since":["UPPER"]}',
                 '{"reference":["base"]}', '{"reference":["base:latest"]}', '{"reference":["b*"]}', '{"reference":["*"]}', '{"reference":["*/*"]}', '{"reference":["m/*:v?"]}',
                 '{"reference":["m/app:[v-w]1"]}', '{"reference":["m/app:[^v]1"]}', '{"reference":["["]}', '{"reference":["a[]"]}', '{"reference":["\\\\b*"]}', '{"reference":["nosuch"]}', '{"reference":["base","child"]}',
                 '{"reference":["*:v1"]}', '{"reference":["localhost:5000/*/*"]}', '{"reference":[""]}', '{"bogus":["x"]}', '{"label!":["kind"]}', "x", "[]", "{}", "null", '{"label":"kind"}', '{"label":[7]}', '{"until":["1h"]}'):
        found.append(Case("ImageList", f"filters {text}", "GET", "/images/json", {"filters": text}, look=False))
    found.append(Case("ImageList", "?filter=base", "GET", "/images/json", {"filter": "base"}, look=False))
    return found


def reads():
    found = []
    for operation, path in (("ImageInspect", "json"), ("ImageHistory", "history")):
        for name in ["base", "child", "child:v1", "m/app:v1", "localhost:5000/m/app:v1"] + ODD_NAMES:
            found.append(Case(operation, f"of {name[:40]}", "GET", f"/images/{name}/{path}", look=False))
        for value in ('{"os":"linux","architecture":"amd64"}', "x", "linux/arm64"):
            found.append(Case(operation, f"?platform={value}", "GET", f"/images/base/{path}", {"platform": value}, look=False))
    changes = ["CMD a b", 'CMD ["a"]', "ENTRYPOINT x", "ENV A=b C=d", "EXPOSE 80/tcp 81", "VOLUME /v", "USER u", "WORKDIR /w", "WORKDIR w", "LABEL a=b", "STOPSIGNAL 9", "ONBUILD RUN x",
               "HEALTHCHECK --interval=5s CMD x", "HEALTHCHECK NONE", "SHELL [\"a\"]"]
    for change in changes:
        found.append(Case("ImageInspect", f"of one made with {change}", "GET", "/images/{name}:t/json", setup=(small("{name}:t", change),), look=False))
    return found


def tags():
    own = (small(),)
    found = []
    for repo, tag in (("{name}/x", "y"), ("{name}/x", ""), ("{name}/x:z", ""), ("{name}/x:z", "y"), ("", ""), ("", "y"), ("UPPER", "y"), ("a b", "y"), ("{name}/x", "a b"), ("{name}/x", "-a"),
                      ("{name}/x", "a" * 129), ("sha256", "y"), ("sha256", ""), ("{name}@sha256:" + "0" * 64, ""), ("f" * 64, "y"), ("localhost:5000/{name}", "y"), ("docker.io/library/{name}", "y"),
                      ("docker.io/{name}", "y"), ("{name}", "sha256:" + "0" * 64), ("https://x/y", "z"), ("x/" * 130 + "y", "z"), ("a..b", "z"), ("{name}-", "z"), ("_{name}", "z"), ("[::1]:5000/{name}", "z")):
        found.append(Case("ImageTag", f"as {repo[:40]} and {tag[:20]}", "POST", "/images/{name}:t/tag", {"repo": repo, "tag": tag}, setup=own))
    for name in ODD_NAMES[:9]:
        found.append(Case("ImageTag", f"of {name[:40]}", "POST", f"/images/{name}/tag", {"repo": "{name}/x", "tag": "y"}))
    found.append(Case("ImageTag", "over another's", "POST", "/images/{name}:t/tag", {"repo": "{name}x", "tag": "t"}, setup=own + (small("{name}x:t"),)))
    found.append(Case("ImageTag", "again", "POST", "/images/{name}:t/tag", {"repo": "{name}", "tag": "t"}, setup=own))
    found.append(Case("ImageTag", "by id", "POST", "/images/{mine}/tag", {"repo": "{name}/x", "tag": "t"}, setup=own))
    return found


def removals():
    own = (small(),)
    two = own + (tagged("{name}:u"),)
    repos = own + (tagged("{name}/other:t"),)
    found = []
    for label, setup in (("one name", own), ("two tags", two), ("two repositories", repos)):
        for way in ("{name}:t", "{mine}", "{mine12}"):
            for force in ("0", "1"):
                found.append(Case("ImageDelete", f"of {label} as {way} force {force}", "DELETE", f"/images/{way}", {"force": force}, setup=setup))
    runnable = of_base("{name}:t")
    for running in (False, True):
        for label, setup in (("one name", runnable), ("two tags", runnable + (tagged("{name}:u"),))):
            for way in ("{name}:t", "{mine12}"):
                for force in ("0", "1"):
                    found.append(Case("ImageDelete", f"used by {'running' if running else 'stopped'}, {label} as {way} force {force}", "DELETE", f"/images/{way}", {"force": force},
                                      setup=setup + container(running, "{name}:t")))
    for noprune in ("0", "1", "x"):
        found.append(Case("ImageDelete", f"of a child whose parent has no name, noprune {noprune}", "DELETE", "/images/{name}/child:t", {"noprune": noprune},
                          setup=own + committed("{name}/child:t") + (("DELETE", "/images/{name}:t", None, None),)))
    for way in ("{name}:t", "{mine12}"):
        for force in ("0", "1"):
            found.append(Case("ImageDelete", f"of a parent as {way} force {force}", "DELETE", f"/images/{way}", {"force": force}, setup=own + committed("{name}/child:t")))
    for name in ODD_NAMES[:9] + ["%20", "sha256"]:
        found.append(Case("ImageDelete", f"of {name[:40]}", "DELETE", f"/images/{name}"))
    found += [Case("ImageDelete", f"?{key}={value}", "DELETE", "/images/{name}:t", {key: value}, setup=two) for key in ("force", "noprune") for value in BOOLEANS]
    return found


def prunes():
    nameless = (small(), small("{name}:t", "LABEL second=1"))
    found = []
    for text in ("{" + MINE + "}", "{" + MINE + ',"dangling":["true"]}', "{" + MINE + ',"dangling":["false"]}', '{"label":["case={name}","second"],"dangling":["false"]}',
                 '{"label":["case={name}"],"label!":["second"],"dangling":["0"]}', "{" + MINE + ',"until":["1h"]}', "{" + MINE + ',"until":["2000-01-01"]}', "{" + MINE + ',"until":["x"]}',
                 "{" + MINE + ',"until":["1h","2h"]}', "{" + MINE + ',"until":["9999999999"],"dangling":["false"]}', "{" + MINE + ',"dangling":["x"]}', '{"bogus":["x"]}', '{"reference":["x"]}', "x"):
        found.append(Case("ImagePrune", f"filters {text}", "POST", "/images/prune", {"filters": text}, setup=nameless))
    found.append(Case("ImagePrune", "of one that is used", "POST", "/images/prune", {"filters": "{" + MINE + ',"dangling":["false"]}'}, setup=(small(),) + container(False, "{name}:t")))
    found.append(Case("ImagePrune", "of parent and child", "POST", "/images/prune", {"filters": "{" + MINE + ',"dangling":["false"]}'}, setup=(small(),) + committed("{name}/child:t")))
    found.append(Case("BuildPrune", "", "POST", "/build/prune", {}, look=False))
    return found


def imports():
    plain = tar(f=b"abcdef", g=b"abc")
    found = []
    bodies = {"plain": plain, "gzip": gzip.compress(plain, mtime=0), "bzip2": bz2.compress(plain), "xz": lzma.compress(plain), "empty": b"", "no tar": b"this is no tar at all", "long no tar": b"x" * 2000,
              "cut": plain[:700], "blank": bytes(1024), "half gzip": gzip.compress(plain, mtime=0)[:60], "zip": b"PK\3\4" + bytes(600)}
    for label, body in bodies.items():
        found.append(Case("ImageCreate", f"import of {label}", "POST", "/images/create", {"fromSrc": "-", "repo": "{name}", "tag": "t"}, body))
    for key, values in {"repo": ["", "UPPER", "{name}:z", "{name}@sha256:" + "0" * 64, "f" * 64, "sha256"], "tag": ["", "a b", "sha256:" + "0" * 64], "message": ["", "hello"],
                        "changes": ["CMD x", "BOGUS x", "RUN x", "CMD", "ENV", "ENV A", "EXPOSE x", "USER", "WORKDIR", "VOLUME", "VOLUME /a /b", 'CMD ["a"', "LABEL", "LABEL a", "ONBUILD", "HEALTHCHECK", "HEALTHCHECK CMD",
                                    "STOPSIGNAL x", "FROM x", "ADD a b", "", "# c", "cmd x", "EXPOSE 80-82/udp"],
                        "platform": ["", "linux", "linux/arm64", "windows", "linux/amd64/v2", "bogus", "a/b/c/d", "linux/arm/v7", "x y"], "fromSrc": ["", "http://127.0.0.1:1/x", "127.0.0.1:1/x", "ftp://x/y", "http://[", "http://nosuch.invalid/"]}.items():
        for value in values:
            found.append(Case("ImageCreate", f"import ?{key}={value[:30]}", "POST", "/images/create", {"fromSrc": "-", "repo": "{name}", "tag": "t", key: value}, plain))
    found.append(Case("ImageCreate", "without a source", "POST", "/images/create", {}, plain))
    return found


def commits():
    base = container(False)
    found = []
    for key, values in {"repo": ["", "UPPER", "{name}x:z", "{name}@sha256:" + "0" * 64], "tag": ["", "a b", "y"], "comment": ["", "hello"], "author": ["", "me"], "pause": BOOLEANS,
                        "changes": ["CMD x", "BOGUS x", "ENTRYPOINT x", "ENV A=b", "RUN x", "EXPOSE 80", "LABEL a=b"], "container": ["", "nosuch", "{name}"]}.items():
        for value in values:
            found.append(Case("ImageCommit", f"?{key}={value[:30]}", "POST", "/commit", {"container": "{name}", "repo": "{name}x", key: value}, setup=base))
    for body in ({}, {"Cmd": ["a"]}, {"Entrypoint": ["a"]}, {"Env": ["A=b"]}, {"Labels": {"a": "b"}}, {"ExposedPorts": {"80/tcp": {}}}, {"User": "u"}, {"Volumes": {"/v": {}}}, {"Cmd": 7}, [], "x", None):
        found.append(Case("ImageCommit", f"with {json.dumps(body)}", "POST", "/commit", {"container": "{name}", "repo": "{name}x"}, body, setup=base))
    found.append(Case("ImageCommit", "of one that runs", "POST", "/commit", {"container": "{name}", "repo": "{name}x"}, setup=container(True)))
    return found


def archives():
    config = {"architecture": "amd64", "os": "linux", "config": {"Labels": {"case": "{name}"}}, "rootfs": {"type": "layers", "diff_ids": []}}

    def archive(manifest, **files):
        def packed(name):
            return tar(**{"manifest.json": json.dumps(manifest).replace("{name}", name).encode(), "c.json": json.dumps(config).replace("{name}", name).encode(), **files})
        return packed

    row = {"Config": "c.json", "RepoTags": ["{name}:t"], "Layers": []}
    bodies = {"no layers": archive([row]), "no tags": archive([{**row, "RepoTags": None}]), "two tags": archive([{**row, "RepoTags": ["{name}:t", "{name}:u"]}]), "nothing": archive([]), "null": archive(None),
              "an object": archive({}), "a tag that is bad": archive([{**row, "RepoTags": ["UPPER:x"]}]), "a tag that is none": archive([{**row, "RepoTags": ["{name}"]}]), "no config": archive([{**row, "Config": "nosuch"}]),
              "too many layers": archive([{**row, "Layers": ["l"]}], l=b""), "no manifest": tar(f=b"abc"), "empty": b"", "no tar": b"this is no tar at all", "long no tar": b"x" * 2000, "blank": bytes(1024),
              "cut": lambda name: archive([row])(name)[:700], "a bad config": archive([row], **{"c.json": b"x"}), "a config without rootfs": archive([row], **{"c.json": b"{}"}), "a bad manifest": tar(**{"manifest.json": b"x"}),
              "a way out": archive([{**row, "Config": "../../etc/passwd"}])}
    found = [Case("ImageLoad", f"of {label}", "POST", "/images/load", {"quiet": "1"}, body) for label, body in bodies.items()]
    found += [Case("ImageLoad", f"?quiet={value}", "POST", "/images/load", {"quiet": value}, bodies["no layers"]) for value in BOOLEANS]
    for name in ["base", "child", "base:latest", "m/app", "{id}", "{short}", "{id12}"] + ODD_NAMES[:14]:
        found.append(Case("ImageGet", f"of {name[:40]}", "GET", f"/images/{name}/get", look=False))
        found.append(Case("ImageGetAll", f"of {name[:40]}", "GET", "/images/get", {"names": name}, look=False))
    for label, names in {"two": ["base", "child"], "one twice": ["base", "base"], "a tag and its id": ["base", "{id}"], "one that is not there": ["base", "nosuch"], "none": [], "empty": [""]}.items():
        found.append(Case("ImageGetAll", f"of {label}", "GET", "/images/get", [("names", n) for n in names], look=False))
    return found


def others():
    found = [Case("ImageSearch", f"?{key}={value}", "GET", "/images/search", {"term": "nosuch.invalid/x", key: value}, look=False)
             for key, values in {"term": ["", "localhost:1/x"], "limit": ["x", "-1", "101", "0"], "filters": ["x", '{"bogus":["x"]}', '{"is-official":["x"]}', '{"stars":["x"]}']}.items() for value in values]
    found += [Case("DistributionInspect", f"of {name[:40]}", "GET", f"/distribution/{name}/json", look=False) for name in ("localhost:1/x", "UPPER", "a b", "f" * 64, "sha256:" + "f" * 64)]
    found += [Case("SystemDataUsage", f"?type={value}", "GET", "/system/df", {"type": value} if value else {}, look=False) for value in ("", "image", "container", "volume", "build-cache", "bogus")]
    return found


def made():
    found = lists() + reads() + tags() + removals() + prunes() + imports() + commits() + archives() + others()
    return numbered(found, "i")


class ImagePlayer(Player):
    """Plays one case after the other: which images there are is one state for all."""

    def prepare(self, image):
        self.engine.start()
        self.engine.docker("import", "-c", 'CMD ["sh"]', "-c", "LABEL kind=base", "-m", "first", image, "base:latest")
        time.sleep(1.1)  # lists go by seconds
        self.engine.docker("create", "--name", "from", "base", "sh")
        self.engine.docker("commit", "-a", "me", "-m", "second", "-c", "LABEL more=1", "from", "child:v1")
        self.engine.docker("rm", "from")
        for name in ("m/app:v1", "m/app:v2", "localhost:5000/m/app:v1"):
            self.engine.docker("tag", "base", name)
        self.base = self.engine.docker("image", "inspect", "-f", "{{.Id}}", "base").strip()
        self.child = self.engine.docker("image", "inspect", "-f", "{{.Id}}", "child:v1").strip()

    def play(self, case):
        names = {"name": case.name, "id": self.base, "id12": self.base[7:19], "short": self.base[:19], "mine": "", "mine12": "", "made": ""}
        begin = time.time()
        try:
            for method, target, query, body in case.setup:
                body = tar(f=case.name.encode()) if body == b"{name}" else fill(body, names)
                answer = self.ask(method, fill(target, names), query=pairs(query, names), body=body)
                if answer.status >= 400 or b'"error"' in answer.body:
                    raise RuntimeError(f"{self.engine.name}: {method} {target}: {answer.status} {answer.body}")
            mine = self.ask("GET", f"/images/{case.name}:t/json").json() or {}
            names["mine"] = mine.get("Id", "")
            names["mine12"] = names["mine"][7:19]
            return self.exchange(case, names, begin)
        finally:
            self.clear(case)

    def exchange(self, case, names, begin):
        body = fill(case.body, names)
        if callable(case.body):
            body = case.body(case.name)
        answer = ask(self.engine.socket, case.method, self.prefix + fill(case.target, names), query=pairs(case.query, names), body=body, headers=case.headers)
        record = {}
        if answer.headers.get("Content-Type", "").startswith("application/x-tar") and answer.status == 200:
            record["status"] = "200"
            record.update(self.inside(answer.body, names))
        else:
            self.write(record, "", answer, case, names)
            if case.operation == "ImagePrune" and answer.status == 200:
                # In the order of a map, over there.
                record = {"status": "200", "deleted": str(sorted(self.same(str(r), names) for r in answer.json()["ImagesDeleted"] or []))}
            for number, line in enumerate(answer.body.splitlines()[1:]):
                if line.startswith(b"{"):
                    record[f"line {number + 1}"] = self.same(re.sub(r'"(current|total)":\d+|, *"progress":"[^"]*"', "", line.decode()), names)
        if case.look:
            rows = self.ask("GET", "/images/json", query={"all": "1"}).json()
            own = [r for r in rows if any(case.name in t for t in r["RepoTags"] or []) or (r["Labels"] or {}).get("case") == case.name]
            record["after"] = self.same(json.dumps(sorted([sorted(r["RepoTags"] or []), r["ParentId"] != ""] for r in own)), names)
            if case.operation in ("ImageCommit", "ImageCreate", "ImageLoad") and len(own) == 1:
                for what in ("json", "history"):
                    self.write(record, what + " ", self.ask("GET", f"/images/{own[0]['Id']}/{what}"), case, names)
            record["events"] = self.told(begin, names)
        return record

    def told(self, begin, names):
        """The events of images since then."""
        body = self.ask("GET", "/events", query={"since": f"{begin:.9f}", "until": f"{time.time():.9f}", "filters": '{"type":["image"]}'}).body
        found = []
        for line in body.splitlines():
            event = json.loads(line)
            found.append(f"{event['Action']} {event['Actor']['ID']} {sorted(event['Actor']['Attributes'].items())}")
        # Those of the set-up are many; a delete tells of labels here, which the rival has lost by then.
        text = re.sub(r"(delete \S+) \[.*?(\('name', '[^']*'\)).*?\](?=;|$)", r"\1 [\2]", "; ".join(found))
        # The rival leaves the tag away where none was given; today's has it, too.
        return self.same(text.replace(":latest'", "'"), names)

    def inside(self, body, names):
        """What an archive says, whatever the order and the way its parts lie in it."""
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            parts = {e.name: archive.extractfile(e).read() if e.isfile() else e.linkname for e in archive if not e.isdir()}
        found = {}
        rows = json.loads(parts["manifest.json"])
        for number, row in enumerate(sorted(rows, key=lambda r: str(r['RepoTags']))):
            config = parts[row["Config"]]
            found[f"image {number}"] = self.same(f"{sorted(row['RepoTags'] or [])} {given(json.loads(config).get('config'))} {len(row['Layers'])} layers", names)
        found["repositories"] = str(sorted((n, sorted(t)) for n, t in json.loads(parts.get("repositories", b"{}")).items()))
        return found

    def clear(self, case):
        for name in (case.name, case.name + "y"):
            self.ask("DELETE", f"/containers/{name}", query={"force": "1"})
        for _ in range(3):
            for row in self.ask("GET", "/images/json", query={"all": "1"}).json():
                mine = [t for t in row["RepoTags"] or [] if case.name in re.split(r"[/:_-]", t.replace(case.name + "x", case.name))]
                if row["Id"] in (self.base, self.child):
                    for tag in mine:
                        self.ask("DELETE", f"/images/{tag}", query={"noprune": "1"})
                else:
                    self.ask("DELETE", f"/images/{row['Id']}", query={"force": "1"})

    def same(self, text, names):
        for key in ("mine", "made"):
            if names.get(key):
                text = text.replace(names[key], f"<{key}>").replace(names[key][7:], f"<{key}>").replace(names[key][7:19], f"<{key}>")
        for key, ident in (("base", self.base), ("child", self.child)):
            text = text.replace(ident, f"<{key}>").replace(ident[7:], f"<{key}>").replace(ident[7:19], f"<{key}>")
        text = re.sub(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])", "<short>", text)
        self.image = self.image or self.base
        return super().same(text, {})

    def values(self, record, place, value, path, case, names):
        if OWN.search(path) and not isinstance(value, (dict, list)):
            record[f"{place}{path}"] = type(value).__name__
        else:
            super().values(record, place, value, path, case, names)


def given(config):
    """What a config says; nothing has several forms."""
    return sorted((k, v) for k, v in (config or {}).items() if v)


if __name__ == "__main__":
    sys.exit(main(__doc__, made(), ImagePlayer, RULES))
