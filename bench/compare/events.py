"""Plays a story of container, image, network and volume verbs at dockerd and at Wharf, and prints each difference in its events."""
import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

# pylint: disable=wrong-import-position
from connection import UnixConnection  # noqa: E402
from engines import Engine, find_client  # noqa: E402

RUNTIME = ("--default-runtime", "runc")
SETTLED_SECONDS = 1.2
ARCHIVE = "/tmp/wharf-compare-events.tar"
LONG = re.compile(r"\b(sha256:)?[0-9a-f]{64}\b")

# What is done, a step at a time: the client's arguments, a shell line that begins with !, or a request.
STEPS = [
    ("create", ["create", "--name", "one", "-l", "tier=web", "-v", "vol:/data", "busybox", "sleep", "1000"]),
    ("start", ["start", "one"]),
    ("exec", ["exec", "one", "echo", "a b"]),
    ("exec that fails", ["exec", "one", "false"]),
    ("exec -d", ["exec", "-d", "one", "true"]),
    ("exec of what is not there", ["exec", "one", "nosuch"]),
    ("top", ["top", "one"]),
    ("pause", ["pause", "one"]),
    ("unpause", ["unpause", "one"]),
    ("rename", ["rename", "one", "uno"]),
    ("rename back", ["rename", "uno", "one"]),
    ("update", ["update", "--memory", "64m", "--memory-swap", "64m", "one"]),
    ("commit", ["commit", "-m", "why", "one", "made:1"]),
    ("cp out", ["cp", "one:/etc/hostname", "/dev/null"]),
    ("cp in", ["cp", "/etc/hostname", "one:/tmp/"]),
    ("export", ["export", "-o", "/dev/null", "one"]),
    ("kill HUP", ["kill", "-s", "HUP", "one"]),
    ("resize", ("POST", "/containers/one/resize?h=20&w=80")),
    ("network create", ["network", "create", "-l", "net=yes", "--subnet", "10.233.7.0/24", "net"]),
    ("network connect", ["network", "connect", "net", "one"]),
    ("network disconnect", ["network", "disconnect", "net", "one"]),
    ("restart", ["restart", "-t", "0", "one"]),
    ("stop", ["stop", "-t", "0", "one"]),
    ("start again", ["start", "one"]),
    ("kill", ["kill", "one"]),
    ("rm", ["rm", "one"]),
    ("rm of an image", ["rmi", "made:1"]),
    ("run", ["run", "--name", "two", "--network", "net", "busybox", "sh", "-c", "exit 3"]),
    ("rm -v", ["rm", "-v", "two"]),
    ("run --rm with a volume of its own", ["run", "--rm", "--name", "three", "-v", "/own", "busybox", "true"]),
    ("run -d", ["run", "-d", "--name", "four", "-v", "vol:/data:ro", "-v", "/tmp:/host", "busybox", "sleep", "1000"]),
    ("rm -f", ["rm", "-f", "four"]),
    ("what does not start", ["run", "--name", "five", "busybox", "nosuch"]),
    ("rm of it", ["rm", "five"]),
    ("on-failure", ["run", "-d", "--name", "six", "--restart", "on-failure:1", "busybox", "false"]),
    ("rm of that", ["rm", "-f", "six"]),
    ("health", ["run", "-d", "--name", "seven", "--health-cmd", "true", "--health-interval", "700ms", "busybox", "sleep", "1000"]),
    ("rm of the healthy", ["rm", "-f", "seven"]),
    ("oom", ["run", "--name", "eight", "-m", "16m", "--memory-swap", "16m", "busybox", "sh", "-c", "x=a; while :; do x=$x$x; done"]),
    ("rm of the starved", ["rm", "eight"]),
    ("container prune", "!docker create --name nine busybox && docker container prune -f"),
    ("attach and detach", "!docker run -dit --name ten busybox sh && (sleep 0.7; printf '\\020\\021'; sleep 0.3) | script -qec 'docker attach ten' /dev/null"),
    ("rm of the attached", ["rm", "-f", "ten"]),
    ("tag", ["tag", "busybox", "again:1"]),
    ("save", ["save", "-o", ARCHIVE, "again:1"]),
    ("untag", ["rmi", "again:1"]),
    ("load", ["load", "-i", ARCHIVE]),
    ("import", "!docker export $(docker create --name src busybox) | docker import - imported:1"),
    ("rmi", ["rmi", "imported:1"]),
    ("image prune", "!docker rm src; docker image prune -f"),
    ("volume create", ["volume", "create", "-d", "local", "-l", "a=b", "made"]),
    ("volume rm", ["volume", "rm", "made"]),
    ("volume prune", ["volume", "prune", "-f"]),
    ("network rm", ["network", "rm", "net"]),
    ("network prune", "!docker network create --subnet 10.233.8.0/24 gone && docker network prune -f"),
    ("builder prune", ("POST", "/build/prune")),
]

# What differs by intention: the step, whose events are left out, which, and why.
MEANT = [
    ("exec of what is not there", ("docker",), ("container exec_start",), "nothing was started"),
    ("commit", ("docker",), ("container pause", "container unpause"), "the container is held still for its files alone, and is at no time one that is paused"),
    ("cp in", ("docker",), ("volume mount", "volume unmount"), "of a container that runs its own mounts are used, none is made"),
    ("rm of an image", ("docker", "wharf"), ("image delete",), "the event has the image's labels, so that filters by label find its end, too"),
    ("run -d", ("docker",), ("volume create",), "the volume was there before"),
    ("what does not start", ("docker",), ("network connect", "network disconnect"), "nothing has started; a run's networks are told of in the commit that begins it"),
    ("builder prune", ("docker",), ("builder prune",), "there is no builder"),
]


def request(engine, method, path):
    connection = UnixConnection(engine.socket)
    try:
        connection.request(method, "/v1.41" + path)
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def perform(engine, what):
    if isinstance(what, tuple):
        request(engine, *what)
    elif isinstance(what, str):
        environment = engine.environment() | {"PATH": os.path.dirname(engine.client) + ":" + os.environ["PATH"]}
        subprocess.run(["sh", "-c", what[1:]], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60, check=False)
    else:
        engine.docker(*what, check=False)


def told(engine, since, until):
    query = urllib.parse.urlencode({"since": f"{since:.9f}", "until": f"{until:.9f}"})
    return [json.loads(line) for line in request(engine, "GET", "/events?" + query).splitlines()]


def shown(event, names):
    """An event without what differs from run to run; ids are named as they come."""
    def named(text):
        return LONG.sub(lambda found: names.setdefault(found.group(0), f"<{len(names)}>"), text)

    attributes = {key: named(value) for key, value in sorted(event["Actor"]["Attributes"].items())}
    # Which today's Docker has as well, and not this one.
    attributes.pop("execDuration", None)
    if "reclaimed" in attributes:
        attributes["reclaimed"] = "*"
    return f"{event['Type']} {named(event['Action'])} {named(event['Actor']['ID'])} {attributes}"


def story(engine, image, steps):
    engine.start()
    engine.docker("import", "-c", 'CMD ["sh"]', image, "busybox:latest")
    found = {}
    for label, what in steps:
        begin = time.time()
        perform(engine, what)
        time.sleep(SETTLED_SECONDS)
        found[label] = told(engine, begin, time.time())
    return found


def unmeant(label, name, events):
    """The events that the other engine is to have as well, as lines; named anew, for one event more gives all others other names."""
    meant = [kinds for step, who, kinds, _ in MEANT if step == label and name in who]
    left = [event for event in events if not any(f"{event['Type']} {event['Action'].split(':')[0]}" in kinds for kinds in meant)]
    names = {}
    return [shown(event, names) for event in left]


def tell(docker, wharf):
    different = 0
    for label in wharf:
        theirs, ours = unmeant(label, "docker", docker[label]), unmeant(label, "wharf", wharf[label])
        if ours == theirs:
            continue
        different += 1
        same = sorted(ours) == sorted(theirs)
        print(f"\n{label}: {'the same in another order' if same else 'others'}")
        for line in theirs:
            print(("  docker  " if line not in ours or same else "          ") + line)
        for line in ours:
            if line not in theirs or same:
                print("  wharf   " + line)
    print(f"\n{len(wharf)} steps, {different} with differences without an explanation")
    return 1 if different else 0


def explain():
    print("| step | events of Docker 20.10 that are not compared | why |\n|---|---|---|")
    for step, _, kinds, reason in MEANT:
        print(f"| {step} | {', '.join(f'`{kind}`' for kind in kinds)} | {reason} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docker", help="path of the dockerd to compare with")
    parser.add_argument("--wharf", help="path of wharfd")
    parser.add_argument("--image", help="tar of a small root file system")
    parser.add_argument("--explain", action="store_true", help="print the differences that are meant as a table, and nothing else")
    options = parser.parse_args()
    if options.explain:
        return explain()
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(1))
    engines = [Engine(name, program, number, find_client(), RUNTIME)
               for name, program, number in (("docker", options.docker, 41), ("wharf", options.wharf, 42))]
    try:
        docker, wharf = (story(engine, options.image, STEPS) for engine in engines)
    finally:
        for engine in engines:
            engine.close()
        subprocess.run(["rm", "-f", ARCHIVE], check=False)
    return tell(docker, wharf)


if __name__ == "__main__":
    sys.exit(main())
