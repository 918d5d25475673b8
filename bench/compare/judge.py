"""Plays cases at a version that the rival does not speak: there the definition alone is the judge."""
import re
import threading
from concurrent.futures import ThreadPoolExecutor

from play import Player


class Judge(Player):
    """A player that holds each answer against the definition."""

    def __init__(self, engine, definition):
        super().__init__(engine, definition.version)
        self.definition = definition
        self.found = {}
        self.lock = threading.Lock()
        self.case = threading.local()

    def ask(self, method, target, **more):
        answer = super().ask(method, target, **more)
        name = operation_of(self.definition, method, target)
        if name and answer.status:
            for line in self.definition.violations(name, answer.status, answer.json()):
                self.note(name, line)
        return answer

    def note(self, name, line):
        with self.lock:
            self.found.setdefault(f"{name}: {line}", str(self.case.now))

    def watch(self, case):
        self.case.now = case
        try:
            self.play(case)
        except (RuntimeError, OSError, KeyError, TypeError, ValueError) as e:
            self.note(case.operation, str(e))

    def verdicts(self, cases, workers):
        """What the definition does not know -> the first case that showed it."""
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(self.watch, cases))
        return self.found


def operation_of(definition, method, target):
    """The name of the operation that a path belongs to; paths without parameters come first."""
    paths = sorted(((path.count("{"), path, name) for name, (verb, path, _) in definition.operations.items() if verb == method))
    for _, path, name in paths:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), target.split("?")[0]):
            return name
    return None
