# SPDX-License-Identifier: Apache-2.0
"""Each file here holds one mistake and is named after it; its first lines are what the program says about it, word for word.
The tables of a file take the place of those of a configuration without mistakes, and of all tables below them."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.gateway import Gateway  # noqa: E402

FOUND = 1
REFUSED_TO_START = 2
PLANTED = {"empty.secret": "", "short.secret": "pendek-88", "example.secret": "your-secret-here-please", "slash.secret": "rahasia/dengan/garis/miring"}
# What no message may ever show.
SECRETS = (*filter(None, PLANTED.values()), "rahasia-telanjang-9d2f17aa", "kata-sandi-redis-4411")


def tables_of(toml):
    """{header: the table's lines}; "" for what stands before the first table."""
    parts = re.split(r"^\[([^\]]+)\]\n", toml, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def combined(base, mistaken):
    tables, others = tables_of(base), tables_of(mistaken)
    top = others.pop("")
    replaced = {name for name in tables for other in others if name == other or name.startswith(other + ".")}
    keys = set(re.findall(r"^(\w+) =", top, flags=re.MULTILINE))
    kept = "".join(line + "\n" for line in tables.pop("").splitlines() if line.split(" =")[0] not in keys)
    tables = {name: body for name, body in tables.items() if name not in replaced and name not in keys}
    return kept + top + "".join(f"[{name}]\n{body}" for name, body in {**tables, **others}.items())


class ConfigTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.gateway = self.enterContext(Gateway(start=False))
        for name, secret in PLANTED.items():
            (self.gateway.directory / name).write_text(secret + "\n")
        self.base = self.gateway.config.read_text()

    def said_about(self, mistaken, command):
        self.gateway.config.write_text(combined(self.base, mistaken))
        done = self.gateway.command(command, check=False)
        self.assertEqual(done.stdout, "")
        for secret in SECRETS:
            self.assertNotIn(secret, done.stderr)
        return done.returncode, re.sub(r"line \d+", "line N", done.stderr.replace(str(self.gateway.directory), "DIRECTORY"))

    def test_a_configuration_without_mistakes_is_in_order(self):
        self.assertEqual(self.gateway.command("check-config").stdout.count("\n"), 4)

    def test_a_configuration_that_is_not_there_is_named(self):
        self.gateway.config.unlink()
        done = self.gateway.command("serve", check=False)
        self.assertEqual(done.returncode, REFUSED_TO_START)
        self.assertIn(f"cannot read {self.gateway.config}\n", done.stderr)

    def test_every_mistake_is_named_with_its_remedy_and_nothing_starts(self):
        for file in sorted(pathlib.Path(__file__).parent.glob("*.toml")):
            said, _, mistaken = file.read_text().partition("\n\n")
            expected = "".join(line.removeprefix("# ") + "\n" for line in said.splitlines())
            with self.subTest(file.stem):
                for command, status in (("check-config", FOUND), ("serve", REFUSED_TO_START)):
                    self.assertEqual(self.said_about(mistaken, command), (status, expected))


if __name__ == "__main__":
    unittest.main()
