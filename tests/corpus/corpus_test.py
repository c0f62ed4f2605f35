# SPDX-License-Identifier: Apache-2.0
"""The corpus is in order, the goals hold on the half that nobody tunes on, and no figure falls below what was reached before."""
import collections
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import evaluation  # noqa: E402

ROOT = evaluation.CORPUS.parents[1]
NOT_REACHED = {"emergency", "similar"}  # what figures.json has instead must not fall
FIELDS = {"category", "accept", "also", "kelurahan", "kecamatan", "type", "scope", "priority", "command", "mask", "keep"}
OUTCOMES = {"published", "appended", "repeated", "duplicate"}


def places():
    """Kelurahan → kecamatan that have one of this name."""
    found = collections.defaultdict(set)
    for table in re.findall(r"^\[kecamatan\..*?(?=^\[|\Z)", (ROOT / "config/places.toml").read_text(), re.MULTILINE | re.DOTALL):
        kecamatan, *kelurahan = [name.split("|")[0] for name in re.findall(r'"([^"]+)"', table)]
        for name in ["", *kelurahan]:
            found[name].add(kecamatan)
    return found


class Corpus(unittest.TestCase):
    def test_there_is_enough_and_every_id_is_its_own(self):
        for kind, least in (("messages", 600), ("conversations", 150)):
            ids = [line["id"] for half in evaluation.HALVES for line in evaluation.lines_of(kind, half)]
            self.assertGreaterEqual(len(ids), least)
            self.assertEqual([], [name for name, times in collections.Counter(ids).items() if times > 1])

    def test_labels_are_what_the_rules_know(self):
        categories = set(re.findall(r"^\[categories\.(\w+)\]", (ROOT / "config/routing.toml").read_text(), re.MULTILINE)) | {""}
        kelurahan = places()
        for half in evaluation.HALVES:
            for line in evaluation.lines_of("messages", half):
                expected = line["expect"]
                with self.subTest(line["id"]):
                    self.assertLessEqual(set(expected), FIELDS)
                    named = {expected.get("category", ""), *expected.get("accept", []), *expected.get("also", [])}
                    self.assertLessEqual(named, categories)
                    if expected.get("kelurahan") or expected.get("kecamatan"):
                        self.assertIn(expected.get("kecamatan"), kelurahan[expected.get("kelurahan", "")])
                    for text in [*expected.get("mask", []), *expected.get("keep", [])]:
                        self.assertIn(text, line.get("subject", "") + "\n" + line["text"])
            for line in evaluation.lines_of("conversations", half):
                with self.subTest(line["id"]):
                    self.assertLessEqual({message["expect"]["outcome"] for message in line["messages"]}, OUTCOMES)


class Figures(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.figures = {half: evaluation.evaluate(half) for half in evaluation.HALVES}

    def test_the_goals_hold_on_the_half_that_is_held_back_but_for_those_named(self):
        for field, goal in evaluation.GOALS.items():
            figure = self.figures["held_back"][field]
            told = f"precision {figure.precision:.3f}, recall {figure.recall:.3f}, F1 {figure.f1:.3f}"
            with self.subTest(field):
                self.assertEqual(field in NOT_REACHED, figure.falls_short_of(goal), f"{told}: keep NOT_REACHED true")

    def test_no_figure_falls(self):
        """What was reached is in figures.json; `scripts/evaluate --record` writes it when it has risen."""
        for half, fields in json.loads((evaluation.CORPUS / "figures.json").read_text()).items():
            for field, reached in fields.items():
                for name, value in reached.items():
                    with self.subTest(f"{half} {field} {name}"):
                        self.assertGreaterEqual(round(getattr(self.figures[half][field], name), 4), value)


if __name__ == "__main__":
    unittest.main()
