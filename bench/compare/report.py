"""What differs between two records, which of it is meant, and how it is told."""
import fnmatch
import os
import re
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
ABSENT = "-"


def meant(name="differences.toml"):
    """The differences that are meant, each with a reason."""
    with open(os.path.join(HERE, name), "rb") as f:
        return tomllib.load(f).get("difference", [])


def fits(patterns, text):
    """True where one of the patterns, with * alone, fits the text."""
    return any(fnmatch.fnmatchcase(text, p.replace("[", "[[]").replace("?", "[?]")) for p in ([patterns] if isinstance(patterns, str) else patterns))


def explanation(rules, case, place, docker, wharf):
    """The rule that explains a difference, or None."""
    for rule in rules:
        if fits(rule.get("cases", "*"), case) and fits(rule.get("at", "*"), place) and re.search(rule.get("docker", ""), docker, re.S) \
                and re.search(rule.get("wharf", ""), wharf, re.S) and re.search(rule.get("both", ""), f"{docker}\n{wharf}", re.S):
            rule["seen"] = rule.get("seen", 0) + 1
            return rule
    return None


def unlike(docker, wharf):
    """The differences of two records: place, what Docker said, what Wharf said. What follows from another is left out."""
    found, skipped = [], []
    stages = sorted({m[1] or "" for p in {**docker, **wharf} if (m := re.match(r"(\w+ )?status$", p))})
    for stage in stages:
        if docker.get(stage + "status") != wharf.get(stage + "status"):
            skipped.append(stage)
            if stage + "status" in docker and stage + "status" in wharf:
                found.append((stage + "status", *(f"{r[stage + 'status']} {r.get(stage + 'message', r.get(stage + 'text', ''))}".strip() for r in (docker, wharf))))
    # What comes of a request that only one of them has taken is no difference of its own.
    after = {"": ("after", "end ", "inspect ", "start"), "start ": ("started ", "inside ")}
    follows = tuple(place for stage in skipped for place in after.get(stage, ()))
    absent = ()
    for place in sorted(set(docker) | set(wharf)):
        a, b = docker.get(place, ABSENT), wharf.get(place, ABSENT)
        stage = next((s for s in stages if s and place.startswith(s)), "")
        if a == b or place == stage + "status" or absent and place.startswith(absent):
            continue
        if stage in skipped and not place.startswith(("after", "inside")) or follows and place.startswith(follows):
            continue
        if ABSENT in (a, b):
            absent = (place + ".", place + "[")
        found.append((place, a, b))
    return found


def tell(docker, wharf, rules, everything):
    """Prints differences, equal ones together; how many kinds are not explained."""
    groups = {}
    for case, record in docker.items():
        for place, a, b in unlike(record, wharf.get(case, {})):
            rule = explanation(rules, case, place, a, b)
            if rule is None or everything:
                groups.setdefault((place, a, b, rule["reason"] if rule else ""), []).append(case)
    for (place, a, b, reason), names in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        print(f"\n{place}\n  docker: {a}\n  wharf:  {b}" + (f"\n  because {reason}" if reason else ""))
        for name in names[:4]:
            print(f"    {name}")
        if len(names) > 4:
            print(f"    and {len(names) - 4} more")
    return sum(not reason for *_, reason in groups)


def tell_verdicts(verdicts, rules, everything):
    left = 0
    for line, case in sorted(verdicts.items()):
        rule = explanation(rules, case, f"definition {line}", "", "")
        left += rule is None
        if rule is None or everything:
            print(f"\nnot in the definition: {line}\n    {case}")
    return left


def table(rules):
    """The table for the documentation."""
    print("| where | Docker 20.10 | Wharf | why |\n|---|---|---|---|")
    told = set()
    for rule in rules:
        cells = [rule[k].replace("|", "\\|") for k in ("what", "docker_does", "wharf_does", "reason")]
        if tuple(cells) not in told:
            print("| " + " | ".join(cells) + " |")
        told.add(tuple(cells))
