"""Runs each case alternately on Debian's dockerd and on Wharf, and says how they compare."""

import argparse
import datetime
import os
import platform
import shutil
import subprocess
import sys
import tempfile

import cases
import report
from engines import Dockerd, Wharfd

HERE = os.path.dirname(os.path.abspath(__file__))


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rival", default=shutil.which("dockerd", path=os.environ["PATH"] + ":/usr/sbin"), help="a dockerd")
    parser.add_argument("--wharfd", default=os.path.join(HERE, "..", "bin", "wharfd"))
    parser.add_argument("--cases", default="", help="names, with commas: " + ", ".join(case[0] for case in cases.CASES))
    parser.add_argument("--rounds", type=int, default=0, help="instead of each case's own number")
    parser.add_argument("--folder", default="/var/tmp", help="where both data roots lie")
    parser.add_argument("--json")
    parser.add_argument("--plot")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    chosen = parser.parse_args()
    if not chosen.rival:
        parser.error("no dockerd found: install docker.io or name one with --rival")
    return chosen


def measure(engines, wanted, rounds):
    figures = {}
    for name, case, own_rounds, warm_up in cases.CASES:
        if wanted and name not in wanted:
            continue
        for number in range(warm_up + (rounds or own_rounds)):
            # The machine's speed drifts: the two take turns, and each goes first as often as the other.
            for side in ("wharf", "rival") if number % 2 else ("rival", "wharf"):
                print(f"\r{name} {number + 1} {side}          ", end="", file=sys.stderr, flush=True)
                for figure, value in case(engines[side]):
                    if number >= warm_up:
                        figures.setdefault(figure, {"wharf": [], "rival": []})[side].append(value)
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    return figures


def clean(folder, engines):
    for engine in engines.values():
        try:
            if engine.process is not None:
                engine.remove_all()
        except (RuntimeError, OSError) as error:
            print(f"cleaning {engine.name}: {error}", file=sys.stderr)
        engine.stop()
    with open("/proc/self/mounts", encoding="utf-8") as file:
        left = [line.split()[1] for line in file if line.split()[1].startswith(folder + "/")]
    for mount in sorted(left, reverse=True):
        subprocess.run(["umount", "-l", mount], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def main():
    chosen = options()
    folder = tempfile.mkdtemp(prefix="wharf-bench.", dir=chosen.folder)
    engines = {"rival": Dockerd("rival", chosen.rival, folder), "wharf": Wharfd("wharf", chosen.wharfd, folder)}
    try:
        for engine in engines.values():
            engine.start()
            engine.load_image()
        versions = {side: engine.version() for side, engine in engines.items()}
        wanted = [name for name in chosen.cases.split(",") if name]
        figures = measure(engines, wanted, chosen.rounds)
    finally:
        clean(folder, engines)
    title = (f"{datetime.date.today()}: Wharf {versions['wharf']} beside dockerd {versions['rival']}, Linux {platform.release().split("-")[0]},"
             f" {os.cpu_count()} cores. Medians; only the ratios mean something on another machine.")
    text = report.table(figures, cases.TARGETS, title)
    print(text)
    if chosen.json:
        report.write_json(chosen.json, figures, {"title": title, "versions": versions})
    if chosen.plot:
        report.write_plot(chosen.plot, figures, cases.TARGETS)
    if chosen.readme:
        report.write_readme(os.path.join(HERE, "..", "README.md"), text)


if __name__ == "__main__":
    main()
