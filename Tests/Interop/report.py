"""Counts checks and prints one line for each."""

import time


class Failed(Exception):
    """A check did not hold; says what was expected."""


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, expected, holds):
        """One check: passes when `holds` is true, and says what was expected when it isn't."""
        if not holds:
            raise Failed(f"{name}: expected {expected}")
        self.passed += 1
        print(f"ok {name}", flush=True)

    def equal(self, name, expected, found):
        self.check(name, f"{expected!r}, found {found!r}", expected == found)

    def chapter(self, work, *arguments):
        """Runs checks that build on each other: the first that fails ends them, not those of other chapters."""
        try:
            work(*arguments)
        except Exception as error:  # Whatever it is, it is a check that did not come true.
            self.failed += 1
            print(f"FAILED {error if isinstance(error, Failed) else f'{work.__name__}: {error!r}'}", flush=True)

    def finish(self):
        """The last line, and the exit code."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def eventually(what, ask, seconds=60):
    """Waits for something that travels between processes; returns the first answer that isn't None."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer is not None:
            return answer
        if time.monotonic() > end:
            raise Failed(f"{what}: expected within {seconds} s")
        time.sleep(0.02)
