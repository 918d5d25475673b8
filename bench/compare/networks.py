"""Plays the network and volume operations of the official API definition at dockerd and at Wharf, and prints each difference."""
import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

# pylint: disable=wrong-import-position
from play import Player, fill  # noqa: E402
from turns import Case, main, numbered, pairs  # noqa: E402
from wire import ask  # noqa: E402

RULES = "networks.toml"
# What a network or an endpoint got, where nobody asked for it.
OWN = re.compile(r"\.(Created|CreatedAt|Mountpoint|SandboxID|SandboxKey|EndpointID|NetworkID|MacAddress|Id|Size|RefCount|SpaceReclaimed)$")
# Of today's API alone.
NEWER = ("DNSNames", "GwPriority")
WRONG = {"string": [7, None], "boolean": ["x", 7, None], "object": ["x", [], None], "array": ["x", {}, None]}
ODD = ["", "x", "0", "-1", "true", "a b"]


def network(name="{name}", **more):
    """Makes a bridge network of the case's own."""
    body = {"Name": name, "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "{net}.0/24"}]}} | more
    return "POST", "/networks/create", None, body


def container(start, name="{name}", **more):
    made = [("POST", "/containers/create", {"name": name}, {"Image": "base", "Cmd": ["sleep", "1000"]} | more)]
    return tuple(made + [("POST", f"/containers/{name}/start", None, None)] if start else made)


def joined(name="{name}", target="{name}", **settings):
    return container(False, name, HostConfig={"NetworkMode": target}, NetworkingConfig={"EndpointsConfig": {target: settings}})


def config(*entries, **more):
    return {"IPAM": {"Config": list(entries)} | more}


def creations():
    bodies = {
        "a bridge": {}, "no driver": {"Driver": ""}, "labels": {"Labels": {"a": "b"}}, "internal": {"Internal": True}, "attachable": {"Attachable": True},
        "ingress": {"Ingress": True}, "scope local": {"Scope": "local"}, "scope swarm": {"Scope": "swarm"}, "scope x": {"Scope": "x"}, "driver nosuch": {"Driver": "nosuch"}, "driver overlay": {"Driver": "overlay"},
        "driver host": {"Driver": "host"}, "driver null": {"Driver": "null"}, "driver none": {"Driver": "none"}, "config only": {"ConfigOnly": True, "IPAM": None},
        "config only with a subnet": {"ConfigOnly": True}, "config from nosuch": {"ConfigFrom": {"Network": "nosuch"}, "IPAM": None}, "config from bridge": {"ConfigFrom": {"Network": "bridge"}, "IPAM": None},
        "CheckDuplicate": {"CheckDuplicate": True}, "IPv6 without subnet": {"EnableIPv6": True}, "IPv6 with subnet": {"EnableIPv6": True} | config({"Subnet": "{net}.0/24"}, {"Subnet": "fd00:{hex}::/64"}),
        "IPv6 subnet alone": config({"Subnet": "fd00:{hex}::/64"}), "gateway": config({"Subnet": "{net}.0/24", "Gateway": "{net}.7"}), "gateway outside": config({"Subnet": "{net}.0/24", "Gateway": "10.1.1.1"}),
        "gateway alone": config({"Gateway": "{net}.7"}), "range": config({"Subnet": "{net}.0/24", "IPRange": "{net}.128/25"}), "range outside": config({"Subnet": "{net}.0/24", "IPRange": "10.9.9.0/28"}),
        "range alone": config({"IPRange": "{net}.128/25"}), "aux": config({"Subnet": "{net}.0/24", "AuxiliaryAddresses": {"printer": "{net}.9"}}), "aux outside": config({"Subnet": "{net}.0/24", "AuxiliaryAddresses": {"printer": "10.1.1.1"}}),
        "aux wrong": config({"Subnet": "{net}.0/24", "AuxiliaryAddresses": {"printer": "x"}}), "aux is gateway": config({"Subnet": "{net}.0/24", "Gateway": "{net}.1", "AuxiliaryAddresses": {"printer": "{net}.1"}}),
        "two subnets": config({"Subnet": "{net}.0/25"}, {"Subnet": "{net}.128/25"}), "the same twice": config({"Subnet": "{net}.0/24"}, {"Subnet": "{net}.0/24"}), "host bits": config({"Subnet": "{net}.5/24"}),
        "prefix 33": config({"Subnet": "{net}.0/33"}), "prefix 32": config({"Subnet": "{net}.0/32"}), "prefix 31": config({"Subnet": "{net}.0/31"}), "prefix 30": config({"Subnet": "{net}.0/30"}), "prefix 0": config({"Subnet": "0.0.0.0/0"}),
        "subnet x": config({"Subnet": "x"}), "subnet without prefix": config({"Subnet": "{net}.0"}), "gateway x": config({"Subnet": "{net}.0/24", "Gateway": "x"}), "gateway with prefix": config({"Subnet": "{net}.0/24", "Gateway": "{net}.1/24"}),
        "gateway is network": config({"Subnet": "{net}.0/24", "Gateway": "{net}.0"}), "gateway is broadcast": config({"Subnet": "{net}.0/24", "Gateway": "{net}.255"}), "the default bridge's subnet": config({"Subnet": "{bip}"}),
        "IPAM null driver": {"IPAM": {"Driver": "null"}}, "IPAM driver nosuch": {"IPAM": {"Driver": "nosuch"}}, "IPAM options": {"IPAM": {"Config": [{"Subnet": "{net}.0/24"}], "Options": {"a": "b"}}}, "no config": {"IPAM": {"Config": []}},
        "empty config": {"IPAM": {"Config": [{}]}}, "no name": {"Name": ""}, "name bridge": {"Name": "bridge"}, "name host": {"Name": "host"}, "name none": {"Name": "none"}, "name default": {"Name": "default"}, "name with space": {"Name": "a b {name}"},
        "name with slash": {"Name": "{name}/x"}, "name with colon": {"Name": "{name}:x"}, "name of one letter": {"Name": "q"}, "long name": {"Name": "{name}" + "n" * 300}, "name container:x": {"Name": "container:{name}"},
        "macvlan without parent": {"Driver": "macvlan"}, "macvlan of nosuch": {"Driver": "macvlan", "Options": {"parent": "nosuch0"}}, "macvlan mode x": {"Driver": "macvlan", "Options": {"parent": "lo", "macvlan_mode": "x"}},
        "ipvlan mode x": {"Driver": "ipvlan", "Options": {"ipvlan_mode": "x"}},
    }
    options = {"com.docker.network.bridge.name": ["cmp{name}", "", "a b", "x" * 16, "lo"], "com.docker.network.driver.mtu": ["1400", "x", "-1", "0", "99999999", ""],
               "com.docker.network.bridge.enable_icc": ["false", "true", "x", ""], "com.docker.network.bridge.enable_ip_masquerade": ["false", "true", "x"],
               "com.docker.network.bridge.host_binding_ipv4": ["127.0.0.1", "x", "::1", ""], "com.docker.network.container_iface_prefix": ["net", "", "x/y"], "com.docker.network.bridge.inhibit_ipv4": ["true", "x"], "nosuch": ["x"],
               "com.docker.network.bridge.default_bridge": ["true"]}
    bodies |= {f"option {key}={value[:20]}": {"Options": {key: value}} for key, values in options.items() for value in values}
    kinds = {"Name": "string", "Driver": "string", "Internal": "boolean", "Attachable": "boolean", "EnableIPv6": "boolean", "IPAM": "object", "Options": "object", "Labels": "object", "ConfigOnly": "boolean", "ConfigFrom": "object"}
    bodies |= {f"{key} of {value!r}": {key: value} for key, kind in kinds.items() for value in WRONG[kind]}
    found = [Case("NetworkCreate", label, "POST", "/networks/create", body=network(**body)[3]) for label, body in bodies.items()]
    found += [Case("NetworkCreate", f"body {body!r}", "POST", "/networks/create", body=body, headers={"Content-Type": "application/json"}, look=False) for body in (b"", b"{", b"[]", b"null", b"{}", b"x")]
    found += [
        Case("NetworkCreate", "of a name that is there", "POST", "/networks/create", body={"Name": "{name}"}, setup=(network(),)),
        Case("NetworkCreate", "of a name that is there, CheckDuplicate", "POST", "/networks/create", body={"Name": "{name}", "CheckDuplicate": True}, setup=(network(),)),
        Case("NetworkCreate", "of a subnet that is taken", "POST", "/networks/create", body=network("{name}y")[3], setup=(network(),)),
        Case("NetworkCreate", "of a part of a subnet that is taken", "POST", "/networks/create", body=network("{name}y", IPAM={"Config": [{"Subnet": "{net}.128/25"}]})[3], setup=(network(),)),
        Case("NetworkCreate", "of a bridge that is taken", "POST", "/networks/create", body={"Name": "{name}y", "Options": {"com.docker.network.bridge.name": "cmp{name}"}}, setup=(network(Options={"com.docker.network.bridge.name": "cmp{name}"}),)),
        Case("NetworkCreate", "config from", "POST", "/networks/create", body={"Name": "{name}y", "Driver": "bridge", "ConfigFrom": {"Network": "{name}"}}, setup=(network(ConfigOnly=True, Driver="", Options={"com.docker.network.driver.mtu": "1300"}),)),
        Case("NetworkCreate", "config from, with options", "POST", "/networks/create", body={"Name": "{name}y", "Driver": "bridge", "ConfigFrom": {"Network": "{name}"}, "Options": {"a": "b"}}, setup=(network(ConfigOnly=True, Driver=""),)),
        Case("NetworkCreate", "config from one that is not config-only", "POST", "/networks/create", body={"Name": "{name}y", "ConfigFrom": {"Network": "{name}"}}, setup=(network(),)),
        Case("NetworkCreate", "config only and config from", "POST", "/networks/create", body={"Name": "{name}y", "ConfigOnly": True, "ConfigFrom": {"Network": "{name}"}}, setup=(network(ConfigOnly=True, Driver=""),)),
    ]
    return found


def lists():
    filters = ['{"name":["{name}"]}', '{"name":["bridge"]}', '{"name":["ridg"]}', '{"name":["nosuch"]}', '{"id":["{made12}"]}', '{"id":["{made}"]}', '{"driver":["bridge"],"name":["{name}","bridge"]}', '{"driver":["host"]}', '{"driver":["null"]}',
               '{"driver":["nosuch"]}', '{"type":["custom"],"name":["{name}"]}', '{"type":["builtin"]}', '{"type":["x"]}', '{"scope":["local"],"name":["{name}"]}', '{"scope":["swarm"]}', '{"scope":["x"]}', '{"label":["case={name}"]}', '{"label":["case"]}',
               '{"label":["nosuch"]}', '{"dangling":["true"],"name":["{name}"]}', '{"dangling":["false"],"name":["{name}","bridge"]}', '{"dangling":["x"]}', '{"dangling":["true","false"]}', '{"bogus":["x"]}', '{"name":[]}', "x", "[]", "null", "{}x", '{"name":"x"}',
               '{"label!":["case"]}', '{"until":["1h"]}', '{"name":["^bridge$"]}', '{"idOrName":["{name}"]}']
    return [Case("NetworkList", f"filters {text}", "GET", "/networks", {"filters": text}, setup=(network(Labels={"case": "{name}"}),), look=False) for text in filters]


def reads():
    used = (network(), *joined(), ("POST", "/containers/{name}/start", None, None))
    refs = ["{name}", "{made}", "{made12}", "bridge", "host", "none", "nosuch", "default", "NONE", "f" * 64, "a b", "brid"]
    found = [Case("NetworkInspect", f"of {ref}", "GET", f"/networks/{ref}", setup=used, look=False) for ref in refs]
    found += [Case("NetworkInspect", f"?{key}={value}", "GET", "/networks/{name}", {key: value}, setup=used, look=False) for key in ("verbose", "scope") for value in ("1", "true", "0", "x", "", "local", "swarm", "global")]
    found += [Case("NetworkDelete", f"of {ref}", "DELETE", f"/networks/{ref}", setup=(network(),)) for ref in refs]
    found += [Case("NetworkDelete", "in use", "DELETE", "/networks/{name}", setup=used), Case("NetworkDelete", "of a created container's", "DELETE", "/networks/{name}", setup=(network(), *joined())),
              Case("NetworkDelete", "?force=1 in use", "DELETE", "/networks/{name}", {"force": "1"}, setup=used),
              Case("NetworkDelete", "of a stopped container's", "DELETE", "/networks/{name}", setup=(*used, ("POST", "/containers/{name}/stop", {"t": "0"}, None))),
              Case("NetworkDelete", "of a config that is used", "DELETE", "/networks/{name}", setup=(network(ConfigOnly=True, Driver=""), ("POST", "/networks/create", None, {"Name": "{name}y", "ConfigFrom": {"Network": "{name}"}})))]
    mine = '"label":["case={name}"]'
    for text in ("{" + mine + "}", "{" + mine + ',"until":["1h"]}', "{" + mine + ',"until":["0s"]}', "{" + mine + ',"until":["x"]}', '{"label!":["nosuch"],' + mine + "}", '{"bogus":["x"]}', "x", '{"label":["nosuch"]}', "{" + mine + ',"until":["1h","2h"]}'):
        found.append(Case("NetworkPrune", f"filters {text}", "POST", "/networks/prune", {"filters": text}, setup=(network(Labels={"case": "{name}"}),)))
    found.append(Case("NetworkPrune", "of one in use", "POST", "/networks/prune", {"filters": '{"label":["case={name}"]}'}, setup=(network(Labels={"case": "{name}"}), *used[1:])))
    return found


def connections():
    """Connecting and disconnecting containers in each state, with each endpoint setting."""
    found = []
    for state, setup in {"created": container(False), "running": container(True), "stopped": (*container(True), ("POST", "/containers/{name}/stop", {"t": "0"}, None)),
                         "paused": (*container(True), ("POST", "/containers/{name}/pause", None, None))}.items():
        found.append(Case("NetworkConnect", f"a {state} container", "POST", "/networks/{name}/connect", body={"Container": "{name}"}, setup=(network(), *setup)))
        undo = ("POST", "/networks/{name}/connect", None, {"Container": "{name}"})
        found.append(Case("NetworkDisconnect", f"a {state} container", "POST", "/networks/{name}/disconnect", body={"Container": "{name}"}, setup=(network(), *setup, undo)))
        found.append(Case("NetworkDisconnect", f"a {state} container from the bridge", "POST", "/networks/bridge/disconnect", body={"Container": "{name}"}, setup=setup))
        found.append(Case("NetworkConnect", f"a {state} container twice", "POST", "/networks/{name}/connect", body={"Container": "{name}"}, setup=(network(), *setup, undo)))
    settings = {
        "IPv4": {"IPAMConfig": {"IPv4Address": "{net}.77"}}, "IPv4 outside": {"IPAMConfig": {"IPv4Address": "10.1.1.1"}}, "IPv4 x": {"IPAMConfig": {"IPv4Address": "x"}}, "IPv4 of the gateway": {"IPAMConfig": {"IPv4Address": "{net}.1"}},
        "IPv4 of the network": {"IPAMConfig": {"IPv4Address": "{net}.0"}}, "IPv4 broadcast": {"IPAMConfig": {"IPv4Address": "{net}.255"}}, "IPv6": {"IPAMConfig": {"IPv6Address": "fd00::7"}}, "IPv6 x": {"IPAMConfig": {"IPv6Address": "x"}},
        "link-local": {"IPAMConfig": {"LinkLocalIPs": ["169.254.34.68"]}}, "link-local x": {"IPAMConfig": {"LinkLocalIPs": ["x"]}}, "aliases": {"Aliases": ["one", "two"]}, "alias twice": {"Aliases": ["one", "one"]}, "alias empty": {"Aliases": [""]},
        "links": {"Links": ["other:it"]}, "links to nosuch": {"Links": ["nosuch:it"]}, "links x": {"Links": ["a:b:c"]}, "MAC": {"MacAddress": "02:42:0a:00:00:99"}, "MAC x": {"MacAddress": "x"}, "driver options": {"DriverOpts": {"a": "b"}},
        "IPAMConfig null": {"IPAMConfig": None}, "nothing": {}, "Aliases of 'x'": {"Aliases": "x"}, "IPAMConfig of 'x'": {"IPAMConfig": "x"},
    }
    for label, value in settings.items():
        body = {"Container": "{name}", "EndpointConfig": value}
        found.append(Case("NetworkConnect", f"running, {label}", "POST", "/networks/{name}/connect", body=body, setup=(network(), *container(True))))
        found.append(Case("NetworkConnect", f"created, {label}", "POST", "/networks/{name}/connect", body=body, setup=(network(), *container(False))))
        found.append(Case("NetworkConnect", f"the bridge, {label}", "POST", "/networks/bridge/connect", body=body, setup=(network(), *joined(), ("POST", "/containers/{name}/start", None, None))))
        found.append(Case("ContainerStart", f"with {label}", "POST", "/containers/{name}/start", setup=(network(), *joined(**value)) if "of 'x'" not in label and " x" not in label else (network(), *joined())))
        found.append(Case("ContainerCreate", f"with {label}", "POST", "/containers/create", {"name": "{name}"}, {"Image": "base", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": "{name}"}, "NetworkingConfig": {"EndpointsConfig": {"{name}": value}}}, setup=(network(),)))
    for verb in ("connect", "disconnect"):
        name = "NetworkConnect" if verb == "connect" else "NetworkDisconnect"
        for ref in ("nosuch", "bridge", "host", "none", "{made12}"):
            found.append(Case(name, f"at {ref}", "POST", f"/networks/{ref}/{verb}", body={"Container": "{name}"}, setup=(network(), *container(True))))
            found.append(Case(name, f"at {ref}, created", "POST", f"/networks/{ref}/{verb}", body={"Container": "{name}"}, setup=(network(), *container(False))))
        for ref in ("nosuch", "", "{name}", "{cid}", "{cid12}", None, 7):
            found.append(Case(name, f"of {ref!r}", "POST", f"/networks/{{name}}/{verb}", body={"Container": ref}, setup=(network(), *container(True))))
        for mode in ("host", "none", "container:other"):
            found.append(Case(name, f"one with network {mode}", "POST", f"/networks/{{name}}/{verb}", body={"Container": "{name}"}, setup=(network(), *container(True, HostConfig={"NetworkMode": mode}))))
            found.append(Case(name, f"a created one with network {mode}", "POST", f"/networks/{{name}}/{verb}", body={"Container": "{name}"}, setup=(network(), *container(False, HostConfig={"NetworkMode": mode}))))
        found += [Case(name, f"body {body!r}", "POST", f"/networks/bridge/{verb}", body=body, headers={"Content-Type": "application/json"}, look=False) for body in (b"", b"{", b"[]", b"null", b"{}")]
    for force in (True, False, "x", None):
        found.append(Case("NetworkDisconnect", f"force {force!r}", "POST", "/networks/{name}/disconnect", body={"Container": "{name}", "Force": force}, setup=(network(), *joined(), ("POST", "/containers/{name}/start", None, None))))
        found.append(Case("NetworkDisconnect", f"force {force!r}, of nosuch", "POST", "/networks/{name}/disconnect", body={"Container": "nosuch", "Force": force}, setup=(network(),)))
    two = (network(), network("{name}y", IPAM={"Config": [{"Subnet": "{net2}.0/24"}]}), *joined(), ("POST", "/containers/{name}/start", None, None), ("POST", "/networks/{name}y/connect", None, {"Container": "{name}"}))
    found += [Case("NetworkDisconnect", "the first of two", "POST", "/networks/{name}/disconnect", body={"Container": "{name}"}, setup=two), Case("NetworkDisconnect", "the second of two", "POST", "/networks/{name}y/disconnect", body={"Container": "{name}"}, setup=two),
              Case("ContainerRestart", "in two networks", "POST", "/containers/{name}/restart", {"t": "0"}, setup=two), Case("ContainerStop", "in two networks", "POST", "/containers/{name}/stop", {"t": "0"}, setup=two),
              Case("ContainerDelete", "in two networks", "DELETE", "/containers/{name}", {"force": "1"}, setup=two), Case("ContainerRename", "in a network", "POST", "/containers/{name}/rename", {"name": "{name}z"}, setup=two[:4])]
    return found


def volumes():
    bodies = {"a name": {}, "no name": {"Name": ""}, "labels": {"Labels": {"a": "b"}}, "driver local": {"Driver": "local"}, "driver nosuch": {"Driver": "nosuch"}, "driver empty": {"Driver": ""}, "one letter": {"Name": "v"}, "a space": {"Name": "a b"},
              "a slash": {"Name": "a/b"}, "a dot": {"Name": "."}, "dots": {"Name": ".."}, "a dash": {"Name": "-x"}, "long": {"Name": "v" * 256}, "Labels of 'x'": {"Labels": "x"}, "Name of 7": {"Name": 7}, "DriverOpts null": {"DriverOpts": None},
              "Driver of 7": {"Driver": 7}, "DriverOpts of 'x'": {"DriverOpts": "x"}}
    options = {"nosuch": {"nosuch": "x"}, "type alone": {"type": "tmpfs"}, "device alone": {"device": "tmpfs"}, "o alone": {"o": "size=1m"}, "tmpfs": {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=7"}, "bind": {"type": "none", "device": "/tmp", "o": "bind"},
               "bind of nosuch": {"type": "none", "device": "/nosuch/x", "o": "bind"}, "size": {"size": "10m"}, "size x": {"size": "x"}, "nfs": {"type": "nfs", "device": ":/x", "o": "addr=127.0.0.1"}, "nfs without addr": {"type": "nfs", "device": ":/x", "o": "ro"},
               "nfs of nosuch": {"type": "nfs", "device": ":/x", "o": "addr=nosuch.invalid"}, "type nosuch": {"type": "nosuchfs", "device": "x"}, "tmpfs wrong o": {"type": "tmpfs", "device": "tmpfs", "o": "nosuchoption"}, "empty": {"type": "", "device": "", "o": ""}}
    bodies |= {f"options {label}": {"DriverOpts": value} for label, value in options.items()}
    found = [Case("VolumeCreate", label, "POST", "/volumes/create", body={"Name": "{name}"} | body) for label, body in bodies.items()]
    found += [Case("ContainerStart", f"volume with options {label}", "POST", "/containers/{name}/start", setup=(("POST", "/volumes/create", None, {"Name": "{name}", "DriverOpts": value}), *container(False, HostConfig={"Binds": ["{name}:/v"]})))
              for label, value in options.items() if label in ("tmpfs", "bind", "bind of nosuch", "nfs", "nfs of nosuch", "type nosuch", "tmpfs wrong o")]
    found += [Case("VolumeCreate", f"body {body!r}", "POST", "/volumes/create", body=body, headers={"Content-Type": "application/json"}, look=False) for body in (b"{", b"[]", b"null", b"x")]
    mine = ("POST", "/volumes/create", None, {"Name": "{name}", "Labels": {"case": "{name}"}})
    bound = container(False, HostConfig={"Binds": ["{name}:/v"]})
    found += [Case("VolumeCreate", f"of one that is there, {label}", "POST", "/volumes/create", body={"Name": "{name}"} | body, setup=(mine,)) for label, body in {"the same": {}, "other labels": {"Labels": {"x": "y"}}, "other options": {"DriverOpts": {"type": "tmpfs", "device": "tmpfs"}}, "other driver": {"Driver": "nosuch"}}.items()]
    for text in ('{"name":["{name}"]}', '{"label":["case={name}"]}', '{"label":["case"]}', '{"driver":["local"],"name":["{name}"]}', '{"driver":["nosuch"]}', '{"dangling":["true"],"name":["{name}"]}', '{"dangling":["false"],"name":["{name}"]}', '{"dangling":["x"]}', '{"bogus":["x"]}',
                 "x", "[]", "null", '{"name":[]}', '{"dangling":["true","false"]}', '{"name":["nosuch"]}', '{"label!":["case"]}', '{"until":["1h"]}'):
        found.append(Case("VolumeList", f"filters {text}", "GET", "/volumes", {"filters": text}, setup=(mine,), look=False))
        found.append(Case("VolumeList", f"one in use, filters {text}", "GET", "/volumes", {"filters": text}, setup=(mine, *bound), look=False))
    for ref in ("{name}", "nosuch", "a b", "..", "f" * 64):
        found.append(Case("VolumeInspect", f"of {ref}", "GET", f"/volumes/{ref}", setup=(mine,), look=False))
        found += [Case("VolumeDelete", f"of {ref}, force {force}", "DELETE", f"/volumes/{ref}", {"force": force} if force else {}, setup=(mine,)) for force in ("", "1", "x")]
    for label, setup in {"a created container": bound, "a running container": container(True, HostConfig={"Binds": ["{name}:/v"]})}.items():
        found += [Case("VolumeDelete", f"used by {label}, force {force}", "DELETE", "/volumes/{name}", {"force": force} if force else {}, setup=(mine, *setup)) for force in ("", "1")]
    for text in ('{"label":["case={name}"]}', '{"label":["nosuch"]}', '{"label!":["nosuch"],"label":["case={name}"]}', '{"bogus":["x"]}', "x", '{"all":["true"],"label":["case={name}"]}', '{"until":["1h"],"label":["case={name}"]}'):
        found.append(Case("VolumePrune", f"filters {text}", "POST", "/volumes/prune", {"filters": text}, setup=(mine,)))
        found.append(Case("VolumePrune", f"in use, filters {text}", "POST", "/volumes/prune", {"filters": text}, setup=(mine, *bound)))
    found.append(Case("VolumeUpdate", "of a local volume", "PUT", "/volumes/{name}", {"version": "1"}, {"Spec": {}}, setup=(mine,)))
    return found


def made():
    return numbered(creations() + lists() + reads() + connections() + volumes(), "n")


class PlacePlayer(Player):
    """Plays one case after the other; each has a subnet of its own."""

    def prepare(self, image):
        self.engine.start()
        self.engine.docker("import", "-c", 'CMD ["sh"]', image, "base:latest")
        self.image = self.engine.docker("image", "inspect", "-f", "{{.Id}}", "base").strip()
        self.other = self.ask("POST", "/containers/create", query={"name": "other"}, body={"Image": "base", "Cmd": ["sleep", "100000"]}).json()["Id"]
        self.ask("POST", f"/containers/{self.other}/start")

    def play(self, case):
        number = int(case.name[1:])
        names = {"name": case.name, "net": f"10.{100 + number // 250}.{number % 250}", "net2": f"10.{110 + number // 250}.{number % 250}", "hex": f"{number:x}", "bip": self.engine.bip,
                 "made": "", "made12": "", "cid": "", "cid12": "", "id": "", "exec": ""}
        try:
            for method, target, query, body in case.setup:
                answer = self.ask(method, fill(target, names), query=pairs(query, names), body=fill(body, names))
                if answer.status >= 400:
                    return {"status": "none", "message": self.told(f"as {method} {target} failed: {answer.status} {answer.body.decode()}", names)}
            own = (self.ask("GET", f"/networks/{case.name}").json() or {}).get("Id", "")
            container_id = (self.ask("GET", f"/containers/{case.name}/json").json() or {}).get("Id", "")
            names |= {"made": own, "made12": own[:12], "cid": container_id, "cid12": container_id[:12]}
            return self.exchange(case, names)
        finally:
            self.clear(case)

    def exchange(self, case, names):
        begin = time.time()
        answer = ask(self.engine.socket, case.method, self.prefix + fill(case.target, names), query=pairs(case.query, names), body=fill(case.body, names), headers=case.headers)
        if answer.status == 201 and case.operation == "NetworkCreate":
            names["made"] = answer.json()["Id"]
        record = {}
        if case.operation == "NetworkList" and answer.status == 200 and isinstance(answer.json(), list):
            # In the order of a map, over there.
            answer.body = json.dumps(sorted(answer.json(), key=lambda row: row["Name"])).encode()
        self.write(record, "", answer, case, names)
        if case.look:
            for number, row in enumerate(self.networks(case)):
                self.write(record, f"network {number} ", self.ask("GET", f"/networks/{row['Id']}"), case, names)
            for number, row in enumerate(sorted(self.ask("GET", "/volumes").json()["Volumes"] or [], key=lambda r: r["Name"])):
                if case.name in row["Name"].split("/") or case.operation == "VolumeCreate" and len(row["Name"]) == 64:
                    record[f"volume {number}"] = self.told(json.dumps([row["Driver"], {k: v for k, v in (row["Labels"] or {}).items() if "anonymous" not in k} or None, row["Options"], row["Scope"]], sort_keys=True), names)
            inspected = self.ask("GET", f"/containers/{case.name}/json").json() or {}
            ends = (inspected.get("NetworkSettings") or {}).get("Networks") or {}
            for name, end in sorted(ends.items()):
                record[f"endpoint {self.told(name, names)}"] = self.told(json.dumps({k: self.chosen(k, v, name) for k, v in sorted(end.items()) if k not in NEWER}), names)
            if (inspected.get("State") or {}).get("Running"):
                record["links inside"] = self.inside(inspected["State"]["Pid"], names)
            record["events"] = self.events(begin, names)
        return record

    @staticmethod
    def chosen(key, value, network):
        """Whether there is one, where the engine chose it; what was asked for, else."""
        own = network == "bridge"
        if key in ("EndpointID", "NetworkID", "Gateway") or key == "IPAddress" and (own or not value.endswith(".77")) or key == "MacAddress" and (own or not value.endswith(":99")):
            return bool(value)
        return value

    def networks(self, case):
        return sorted((r for r in self.ask("GET", "/networks").json() if case.name in re.split(r"[/: yz]", r["Name"])), key=lambda r: r["Name"])

    def inside(self, pid, names):
        """What addresses and routes a container has."""
        told = []
        for words in (["-br", "address"], ["route"]):
            out = subprocess.run(["nsenter", "-t", str(pid), "-n", "ip", *words], stdout=subprocess.PIPE, check=False, text=True).stdout
            told += [re.sub(r"@if\d+|fe80::\S+", "", line).split() for line in out.splitlines()]
        return self.told("; ".join(" ".join(line) for line in sorted(told)), names)

    def events(self, begin, names):
        """What was told of networks and volumes since then."""
        body = self.ask("GET", "/events", query={"since": f"{begin:.9f}", "until": f"{time.time():.9f}", "filters": '{"type":["network","volume"]}'}).body
        found = []
        for line in body.splitlines():
            event = json.loads(line)
            found.append(f"{event['Type']} {event['Action']} {sorted(event['Actor']['Attributes'].items())}")
        return self.told("; ".join(sorted(found)), names)

    def told(self, text, names):
        for key in ("made", "cid"):
            if names.get(key):
                text = text.replace(names[key], f"<{key}>").replace(names[key][:12], f"<{key}>")
        text = text.replace(names["net"] + ".", "<net>.").replace(names["net2"] + ".", "<net2>.").replace(names["name"], "<name>")
        text = re.sub(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])", "<short>", text)
        return super().same(text, names)

    def same(self, text, names):
        return self.told(text, {"net": "\0", "net2": "\0", "name": "\0"} | names)

    def values(self, record, place, value, path, case, names):
        if OWN.search(path) and not isinstance(value, (dict, list)):
            record[f"{place}{path}"] = type(value).__name__
        else:
            super().values(record, place, value, path, case, names)

    def clear(self, case):
        for name in (case.name, case.name + "z"):
            self.ask("DELETE", f"/containers/{name}", query={"force": "1", "v": "1"})
        for row in reversed(self.networks(case)):
            self.ask("DELETE", f"/networks/{row['Id']}")
        for row in self.ask("GET", "/volumes").json()["Volumes"] or []:
            self.ask("DELETE", f"/volumes/{row['Name']}")


if __name__ == "__main__":
    sys.exit(main(__doc__, made(), PlacePlayer, RULES))
