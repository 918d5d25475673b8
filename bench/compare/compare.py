"""Plays every container and exec operation of the official API definition at dockerd and at Wharf, and prints each difference."""
import argparse
import json
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.dirname(HERE))

# pylint: disable=wrong-import-position
import report  # noqa: E402
from cases import made  # noqa: E402
from definition import Definition, fetch  # noqa: E402
from engines import Engine, find_client  # noqa: E402
from judge import Judge  # noqa: E402
from play import Player  # noqa: E402

# What another runtime does otherwise is not the engine's.
RUNTIME = ("--default-runtime", "runc")


def perform(player, cases, workers):
    """The records of all cases at one engine; those that must be alone come last."""
    def one(case):
        try:
            return player.play(case)
        except (RuntimeError, OSError, KeyError, TypeError, ValueError) as e:
            return {"broken": f"{type(e).__name__}: {e}"}

    crowd = [c for c in cases if not c.alone]
    with ThreadPoolExecutor(workers) as pool:
        records = dict(zip(map(str, crowd), pool.map(one, crowd)))
    for case in cases:
        if case.alone:
            records[str(case)] = one(case)
    return records


def prepare(engine, player, image):
    """Gives the engine its image, and a container that others refer to."""
    engine.start()
    engine.docker("import", "-c", 'CMD ["sh"]', image, "busybox:latest")
    player.image = engine.docker("image", "inspect", "-f", "{{.Id}}", "busybox").strip()
    other = player.other = player.create("other", {"HostConfig": {"IpcMode": "shareable"}, "Volumes": {"/shared": {}}})
    player.ask("POST", f"/containers/{other}/start")


def newer(definition, old, fitting):
    """Cases for the judge: what the older version does not have, and each operation in each state."""
    known = {str(c) for c in old}
    cases = [c for c in made(definition) if fitting(c) and not c.alone]
    cases = [c for c in cases if str(c) not in known or " of one that is " in str(c) or c.method == "GET" and not c.query]
    for case in cases:
        case.name = "n" + case.name
    return cases


def play_all(options):
    """Both engines' records, and the verdicts of the definition."""
    folder = fetch()
    definition, newest = Definition(folder, options.version), Definition(folder, options.newest)

    def fitting(case):
        return report.fits(options.only.split(","), str(case))

    cases = [c for c in made(definition) if fitting(c)]
    judged = newer(newest, cases, fitting)
    begin = time.monotonic()
    docker = Player(Engine("docker", options.docker, 31, find_client(), RUNTIME), options.version)
    wharf = Player(Engine("wharf", options.wharf, 32, find_client(), RUNTIME), options.version)
    took = {}

    def timed(player):
        records = perform(player, cases, options.workers)
        took[player.engine.name] = round(time.monotonic() - begin)
        return records

    played = [wharf] if options.docker_from else [docker, wharf]
    try:
        for player in played:
            prepare(player.engine, player, options.image)
        with ThreadPoolExecutor(2) as pool:
            records = dict(zip((p.engine.name for p in played), pool.map(timed, played)))
        if options.docker_from:
            with open(options.docker_from, encoding="utf-8") as f:
                earlier = json.load(f)["docker"]
            records = {"docker": {name: earlier[name] for name in map(str, cases) if name in earlier}, **records}
        judge = Judge(wharf.engine, newest)
        judge.image, judge.other = wharf.image, wharf.other
        records["verdicts"] = judge.verdicts(judged, options.workers)
    finally:
        for player in (docker, wharf):
            player.engine.close()
    took["all"] = round(time.monotonic() - begin)
    print(f"{len(cases)} cases at {options.version}, {len(judged)} at {options.newest}; seconds: {took}")
    return records


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docker", help="path of the dockerd to compare with")
    parser.add_argument("--wharf", help="path of wharfd")
    parser.add_argument("--image", help="tar of a small root file system")
    parser.add_argument("--version", default="1.41", help="API version at which both are asked")
    parser.add_argument("--newest", default="1.56", help="API version at which the definition alone judges")
    parser.add_argument("--only", default="*", help="patterns of the cases to play, with commas between them")
    parser.add_argument("--workers", type=int, default=3, help="cases at once at each engine")
    parser.add_argument("--keep", help="file to keep the records in")
    parser.add_argument("--docker-from", metavar="FILE", help="take dockerd's side from what an earlier --keep kept")
    parser.add_argument("--again", action="store_true", help="play nothing, tell of what --keep kept")
    parser.add_argument("--all", action="store_true", help="tell also what is explained")
    parser.add_argument("--explain", action="store_true", help="print the differences that are meant as a table, and nothing else")
    options = parser.parse_args()
    # Engines and namespaces are to go with this program, however it ends.
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(1))
    rules = report.meant()
    if options.explain:
        report.table(rules)
        return 0
    if options.again:
        with open(options.keep, encoding="utf-8") as f:
            records = json.load(f)
    else:
        records = play_all(options)
        if options.keep:
            with open(options.keep, "w", encoding="utf-8") as f:
                json.dump(records, f)
    left = report.tell(records["docker"], records["wharf"], rules, options.all) + report.tell_verdicts(records["verdicts"], rules, options.all)
    if options.only == "*":
        for rule in rules:
            if not rule.get("seen"):
                print("\nmeant, but not seen:", rule["what"], rule.get("at", ""))
    print(f"\n{left} differences without an explanation")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
