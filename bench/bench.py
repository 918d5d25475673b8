"""Wharf and Docker side by side: every case alternately on both, in one run. Called by bin/bench."""
import argparse
import datetime
import os
import platform
import signal
import sys
import time

import report
from cases import CASES as CONTAINER_CASES
from engines import ROOT, Engine, find_client
from event_cases import EVENT_CASES
from image_cases import IMAGE_CASES
from network_cases import NETWORK_CASES

CASES = CONTAINER_CASES + NETWORK_CASES + IMAGE_CASES + EVENT_CASES


def arguments():
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--ours", default=os.path.join(ROOT, "bin/wharfd"), help="the daemon that is judged")
    parser.add_argument("--rival", default="dockerd", help="the daemon it is compared with")
    parser.add_argument("--cases", help="some of: " + ", ".join(case.key for case in CASES))
    parser.add_argument("--rounds", type=int, help="rounds of each case, instead of its own number")
    parser.add_argument("--image", required=True, help="tar of the small image")
    parser.add_argument("--json", help="file for all figures")
    parser.add_argument("--plot", help="file for the plot (SVG)")
    parser.add_argument("--readme", action="store_true", help="put the table into README.md")
    return parser.parse_args()


def chosen(keys):
    if not keys:
        return CASES
    wanted = keys.split(",")
    unknown = set(wanted) - {case.key for case in CASES}
    if unknown:
        raise SystemExit(f"unknown cases: {', '.join(sorted(unknown))}")
    return [case for case in CASES if case.key in wanted]


def measure(case, engines, rounds, prepared, kept):
    """The figures of one case, alternately on each engine; `prepared` by the case before, `kept` for the one after."""
    if case.alone is not None:
        engines = engines[:1]
    figures = {engine.name: [] for engine in engines}
    try:
        for engine in engines:
            if case.prepare and not prepared:
                case.prepare(engine)
            if case.warm:
                case.measure(engine)
        for number in range(rounds or case.rounds):
            # Who is first changes: neither always meets the other's leavings.
            for engine in engines if number % 2 == 0 else reversed(engines):
                figures[engine.name].append(case.measure(engine))
    finally:
        if case.tidy and not kept:
            for engine in engines:
                case.tidy(engine)
    return {"key": case.key, "title": case.title, "unit": case.unit, "target": case.target, "alone": case.alone,
            "figures": figures}


def shares(case, other):
    """Whether two neighbours need the same preparation of the same engines."""
    return bool(case and other and case.prepare and case.prepare is other.prepare and case.alone == other.alone)


def version(engine):
    text = engine.docker("version", "-f", "{{range .Server.Components}}{{.Name}} {{.Version}}, {{end}}").strip().strip(",")
    return f"{text}, runtime {engine.docker('info', '-f', '{{.DefaultRuntime}}').strip()}"


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = ["Wharf", "dockerd"] if options.ours.endswith("wharfd") else ["first", "second"]
    client, engines = find_client(), []
    try:
        for number, (name, program) in enumerate(zip(names, [options.ours, options.rival])):
            engines.append(Engine(name, program, number, client))
        for engine in engines:
            engine.start()
            engine.docker("import", "-c", 'CMD ["sh"]', options.image, "busybox:latest")
        result = {
            "date": datetime.date.today().isoformat(),
            "machine": f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}",
            "engines": names,
            "versions": {engine.name: version(engine) for engine in engines},
            "cases": [],
        }
        cases = chosen(options.cases)
        for before, case, after in zip([None] + cases, cases, cases[1:] + [None]):
            begin = time.monotonic()
            result["cases"].append(measure(case, engines, options.rounds, shares(before, case), shares(case, after)))
            one = result["cases"][-1]
            print(f"{case.key}: " + ", ".join(f"{n} {report.of(one, n)}" for n in names)
                  + f" {report.share(result, one)}, in {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    finally:
        for engine in engines:
            engine.close()
    text = report.table(result)
    print(text)
    if options.json:
        report.write_json(result, options.json)
    if options.plot:
        report.write_plot(result, options.plot)
    if options.readme:
        report.into_readme(text, os.path.join(ROOT, "README.md"))


if __name__ == "__main__":
    main()
