"""Cases that are played one after the other at one engine and then at the other, since they share a state."""
import argparse
import json
import signal
import sys
import tarfile
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import report
from engines import Engine, find_client
from play import fill

RUNTIME = ("--default-runtime", "runc")


@dataclass
class Case:
    """What is set up, one request, and what is looked at afterwards."""

    operation: str
    label: str
    method: str
    target: str
    query: Any = None
    body: Any = None
    headers: dict = field(default_factory=dict)
    # Requests beforehand: method, target, query, body.
    setup: tuple = ()
    # What the engine has of this case afterwards, and what it told of it.
    look: bool = True
    name: str = ""
    # As the container cases have it: whether figures differ from run to run.
    shape: bool = False

    def __str__(self):
        return f"{self.operation} {self.label}"


def numbered(found, letter):
    """Gives each case a name of its own, and none the label of another."""
    labels = {}
    for number, case in enumerate(found):
        case.name = f"{letter}{number}"
        labels[str(case)] = labels.get(str(case), 0) + 1
        if labels[str(case)] > 1:
            case.label += f" ({labels[str(case)]})"
    return found


def pairs(query, names):
    if isinstance(query, list):
        return urlencode([(k, fill(v, names)) for k, v in query])
    return fill(query, names) or None


def play(options, made, player_of):
    cases = [c for c in made if report.fits(options.only.split(","), str(c))]
    records = {}
    players = [player_of(Engine(name, program, number, find_client(), RUNTIME), options.version)
               for name, program, number in (("docker", options.docker, 33), ("wharf", options.wharf, 34))]
    try:
        for player in players:
            if player.engine.name == "docker" and options.docker_from:
                with open(options.docker_from, encoding="utf-8") as f:
                    earlier = json.load(f)["docker"]
                records["docker"] = {str(c): earlier[str(c)] for c in cases if str(c) in earlier}
                continue
            player.prepare(options.image)
            begin = time.monotonic()
            records[player.engine.name] = {}
            for case in cases:
                try:
                    records[player.engine.name][str(case)] = player.play(case)
                except (RuntimeError, OSError, KeyError, TypeError, ValueError, tarfile.TarError) as e:
                    records[player.engine.name][str(case)] = {"broken": f"{type(e).__name__}: {e}"}
            print(f"{player.engine.name}: {len(cases)} cases in {time.monotonic() - begin:.0f} s", flush=True)
            if options.keep:
                with open(options.keep, "w", encoding="utf-8") as f:
                    json.dump(records, f)
    finally:
        for player in players:
            player.engine.close()
    return records


def main(about, made, player_of, own_rules):
    """Plays, compares, tells; the exit code."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--docker")
    parser.add_argument("--wharf")
    parser.add_argument("--image", help="tar of a small root file system")
    parser.add_argument("--version", default="1.41", help="API version at which both are asked")
    parser.add_argument("--only", default="*", help="patterns of the cases to play, with commas between them")
    parser.add_argument("--keep", help="file to keep the records in")
    parser.add_argument("--docker-from", metavar="FILE", help="take dockerd's side from what an earlier --keep kept")
    parser.add_argument("--again", action="store_true", help="play nothing, tell of what --keep kept")
    parser.add_argument("--all", action="store_true", help="tell also what is explained")
    parser.add_argument("--explain", action="store_true", help="print the differences that are meant as a table, and nothing else")
    options = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(1))
    rules = report.meant(own_rules) + report.meant()
    if options.explain:
        report.table(report.meant(own_rules))
        return 0
    if options.again:
        with open(options.keep, encoding="utf-8") as f:
            records = json.load(f)
    else:
        records = play(options, made, player_of)
    left = report.tell(records["docker"], records["wharf"], rules, options.all)
    print(f"\n{left} differences without an explanation")
    return 1 if left else 0

