"""The official definition of the Engine API: its container and exec operations, their parameters and their bodies."""
import json
import os
import subprocess
import tempfile

import yaml

MODULE = "github.com/moby/moby/api@v1.56.1"
TAGS = {"Container", "Exec"}
METHODS = ("get", "head", "post", "put", "delete")


def fetch():
    """The folder with one document a version, in the cache of the Go client."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "go.mod"), "w", encoding="ascii") as f:
            f.write("module definition\n")
        done = subprocess.run(["go", "mod", "download", "-json", MODULE], cwd=folder, stdout=subprocess.PIPE, check=True)
    return os.path.join(json.loads(done.stdout)["Dir"], "docs")


class Definition:
    """The document of one version."""

    def __init__(self, folder, version):
        with open(os.path.join(folder, f"v{version}.yaml"), encoding="utf-8") as f:
            self.document = yaml.load(f, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.version = version
        self.operations = {}
        for path, methods in self.document["paths"].items():
            for method in METHODS:
                operation = methods.get(method)
                if operation and TAGS & set(operation.get("tags", [])):
                    self.operations[operation["operationId"]] = (method.upper(), path, operation)

    def parameters(self, name):
        """Query parameters of an operation."""
        return [p for p in self.operations[name][2].get("parameters", []) if p["in"] == "query"]

    def fields(self, name):
        """Fields of an operation's body, outermost first: dotted path -> type."""
        found = {}
        for parameter in self.operations[name][2].get("parameters", []):
            if parameter["in"] == "body":
                self._collect(parameter["schema"], "", found)
        return found

    def _collect(self, schema, path, found):
        schema = self.resolve(schema)
        if path:
            found[path] = schema.get("type", "object")
        for key, value in schema.get("properties", {}).items():
            self._collect(value, f"{path}.{key}".lstrip("."), found)

    def resolve(self, schema):
        """The schema without references, and with the parts of an allOf merged."""
        while "$ref" in schema:
            schema = self.document["definitions"][schema["$ref"].rsplit("/", 1)[1]]
        if "allOf" not in schema:
            return schema
        parts = [self.resolve(part) for part in schema["allOf"]]
        if parts[0].get("type", "object") != "object":
            return parts[0]
        merged = {"type": "object", "properties": dict(schema.get("properties", {}))}
        for part in parts:
            merged["properties"].update(part.get("properties", {}))
        return merged

    def violations(self, name, status, body):
        """What the definition does not say about an answer: statuses, keys and types, as lines."""
        responses = self.operations[name][2]["responses"]
        known = responses.get(str(status))
        if known is None:
            # Errors of a kind that every operation may answer are not listed everywhere.
            return [] if status in (400, 409, 500) else [f"status {status} is not documented"]
        found = []
        if "schema" in known and isinstance(body, (dict, list)):
            self._check(known["schema"], body, "", found)
        return found

    def _check(self, schema, value, path, found):
        schema = self.resolve(schema)
        kind = schema.get("type", "object" if "properties" in schema else None)
        if value is None or kind is None:
            return
        if not isinstance(value, TYPES[kind]) or (kind in ("integer", "number") and isinstance(value, bool)):
            found.append(f"{path or '.'} is no {kind}")
        elif kind == "array":
            for element in value:
                self._check(schema["items"], element, path + "[]", found)
        elif kind == "object":
            others = schema.get("additionalProperties")
            properties = schema.get("properties", {})
            for key, inner in value.items():
                if key in properties:
                    self._check(properties[key], inner, f"{path}.{key}", found)
                elif isinstance(others, dict):
                    self._check(others, inner, f"{path}.*", found)
                elif properties:
                    found.append(f"{path}.{key} is not documented")


TYPES = {"array": list, "object": dict, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
