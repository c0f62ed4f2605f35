# SPDX-License-Identifier: Apache-2.0
"""Runs every fuzz target for a minute, as scripts/fuzz does, and is told by it which of them found something."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 60
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in (ROOT / "tests" / "fuzz").glob("fuzz_*.cpp"))


class FuzzTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run = subprocess.run(["./scripts/fuzz", str(SECONDS)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        print(run.stdout, flush=True)
        cls.status, cls.said = run.returncode, run.stdout

    def test_every_target_ran_and_found_nothing(self):
        self.assertEqual(self.status, 0, self.said)

    def check(self, target):
        line = re.search(rf"^{target} +(\d+) executions .* coverage +(\d+) .* (\w+)$", self.said, re.M)
        self.assertIsNotNone(line, f"{target} did not run")
        self.assertEqual(line[3], "ok")
        # A target that turns everything away at its door tests nothing.
        self.assertGreater(int(line[1]), 1000)
        self.assertGreater(int(line[2]), 100)


for each in TARGETS:
    setattr(FuzzTest, f"test_{each}_keeps_its_promises", lambda self, target=each: self.check(target))


if __name__ == "__main__":
    unittest.main()
