"""Asks dockerd and Wharf about themselves, and for what needs a swarm or plugins, and prints each difference."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

# pylint: disable=wrong-import-position
from play import Player  # noqa: E402
from turns import Case, main, numbered, pairs  # noqa: E402
from wire import ask  # noqa: E402

RULES = "system.toml"
# Never the same: clocks, counters, places.
OWN = re.compile(r"\.(ID|SystemTime|NFd|NGoroutines|DockerRootDir|NEventsListener|Images|BuildTime|GitCommit|GoVersion|Version|ServerVersion|ApiVersion|MinAPIVersion|path|Expected|Size|LayersSize|SharedSize|UniqueSize|Created)$")
HEADERS = ("Api-Version", "Ostype", "Docker-Experimental", "Content-Type", "Cache-Control", "Pragma", "Swarm", "Builder-Version", "X-Content-Type-Options")
JSON = {"Content-Type": "application/json"}
SWARM = {"GET": ["/swarm", "/swarm/unlockkey", "/nodes", "/nodes/x", "/services", "/services/x", "/services/x/logs?stdout=1", "/services/x/logs", "/tasks", "/tasks/x", "/tasks/x/logs?stdout=1", "/secrets", "/secrets/x", "/configs", "/configs/x"],
         "POST": ["/swarm/leave", "/swarm/leave?force=1", "/swarm/update?version=1", "/swarm/update", "/swarm/unlock", "/nodes/x/update?version=1", "/services/create", "/services/x/update?version=1", "/services/x/update", "/secrets/create",
                  "/secrets/x/update?version=1", "/configs/create", "/configs/x/update?version=1", "/swarm/init", "/swarm/join"],
         "DELETE": ["/nodes/x", "/services/x", "/secrets/x", "/configs/x"]}
PLUGINS = {"GET": ["/plugins", "/plugins/x/json", "/plugins/x/y:z/json", "/plugins/privileges?remote=localhost:9/x"], "DELETE": ["/plugins/x"],
           "POST": ["/plugins/x/enable?timeout=1", "/plugins/x/disable", "/plugins/x/push", "/plugins/x/set", "/plugins/x/upgrade?remote=localhost:9/x", "/plugins/pull?remote=localhost:9/x"]}
PATHS = [("GET", "/nope"), ("POST", "/_ping"), ("PUT", "/containers/json"), ("DELETE", "/info"), ("GET", "/"), ("GET", "/info/"), ("OPTIONS", "/info"), ("OPTIONS", "/nope"), ("HEAD", "/info"), ("HEAD", "/nope"), ("GET", "/grpc"),
         ("POST", "/grpc"), ("POST", "/session"), ("GET", "/containers/x/checkpoints"), ("DELETE", "/containers/x/checkpoints/a"), ("GET", "/system/df?type=foo"), ("GET", "/distribution/localhost:9/x/json")]
VERSIONS = ["/v1.24/_ping", "/v1.10/_ping", "/v1.99/_ping", "/v2/_ping", "/v1/_ping", "/v1.41.0/_ping", "/v1.x/_ping", "/v1.10/nope", "/v1.99/nope", "/v1.41", "/v1.24/containers/json", "/_ping", "/version", "/v./_ping"]


class SystemPlayer(Player):
    """An engine that holds one image, and nothing else."""

    def prepare(self, image):
        self.engine.start()
        self.engine.docker("import", "-c", 'CMD ["sh"]', image, "busybox:latest")

    def play(self, case):
        whole = case.operation == "Version"
        target, _, query = case.target.partition("?")
        answer = ask(self.engine.socket, case.method, target if whole else self.prefix + target, query=query or pairs(case.query, {}), body=case.body, headers=case.headers)
        record = {"status": str(answer.status)}
        for name in HEADERS:
            if name in answer.headers:
                record[f"header {name}"] = answer.headers[name]
        if case.method != "HEAD":
            record["length"] = "told" if "Content-Length" in answer.headers else "chunked"
        body = answer.json()
        if isinstance(body, dict) and set(body) == {"message"}:
            record["message"] = body["message"]
        elif body is None:
            record["text"] = answer.body.decode()
        else:
            self.flat(record, "", body)
        return record

    def flat(self, record, path, value):
        if OWN.search(path) and not isinstance(value, (dict, list)):
            record[path] = type(value).__name__
        elif isinstance(value, dict):
            record[path or "."] = "object"
            for key, inner in value.items():
                self.flat(record, f"{path}.{key}", inner)
        elif isinstance(value, list):
            # By what they are called, where they are called anything.
            record[path or "."] = "list"
            for number, inner in enumerate(value):
                name = inner.get("Name", number) if isinstance(inner, dict) else inner[0] if isinstance(inner, list) and inner else inner
                self.flat(record, f"{path}[{name}]", inner)
        else:
            record[path] = repr(value)


def made():
    found = [Case("Swarm", f"{method} {path}", method, path, body=b"{}" if method == "POST" else None, headers=JSON if method == "POST" else {}) for method, paths in SWARM.items() for path in paths]
    found += [Case("Plugins", f"{method} {path}", method, path, body=b"[]" if method == "POST" else None, headers=JSON if method == "POST" else {}) for method, paths in PLUGINS.items() for path in paths]
    found += [Case("Path", f"{method} {path}", method, path) for method, path in PATHS]
    found += [Case("Version", path, "GET", path) for path in VERSIONS]
    found += [Case("Ping", method, method, "/_ping") for method in ("GET", "HEAD", "OPTIONS")]
    found += [Case("Info", "", "GET", "/info"), Case("DataUsage", "", "GET", "/system/df"), Case("DataUsage", "verbose", "GET", "/system/df?verbose=1")]
    return numbered(found, "s")


if __name__ == "__main__":
    sys.exit(main(__doc__, made(), SystemPlayer, RULES))
