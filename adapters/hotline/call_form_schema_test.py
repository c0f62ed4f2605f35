# SPDX-License-Identifier: Apache-2.0
"""docs/schema/call-form-v1.json and call_form.cpp refuse and accept the same forms: all fixtures, and some thousand
variations of the one that has every field. SATUPINTU_CALL_FORM_JUDGE is the program of call_form_judge.cpp."""
import copy
import json
import os
import pathlib
import subprocess
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
JUDGE = os.environ.get("SATUPINTU_CALL_FORM_JUDGE", str(ROOT / "build/dev/adapters/call_form_judge"))
SCHEMA = json.loads((ROOT / "docs/schema/call-form-v1.json").read_text())
STRANGE_VALUES = [None, True, False, 0, 7, -1, 0.5, -90.5, 90.5, 180, -180.5, 100_001, 1e15, "", " ", "lain", "lain lain", "7", "pin", "in",
                  "2026-01-05", "2026-01-05T10:04:05", "2026-01-05T10:04:05+07:00", "2026-01-05t03:04:05.5z", [], ["in"], {}, {"lain": 1},
                  *("é" * length for length in (39, 40, 41, 200, 201, 250, 251, 10_000, 10_001)),
                  *("a" * length for length in (9, 40, 41, 250, 251))]


def fixtures():
    bodies = {path.name: path.read_bytes().split(b"\n\n", 1)[1] for path in (ROOT / "adapters/hotline/fixtures").glob("form.*.http")}
    return {name: json.loads(body) for name, body in sorted(bodies.items())}


def paths_in(form):
    """Every place in the form, as a list of keys."""
    for key, value in form.items():
        yield [key]
        if isinstance(value, dict):
            yield from ([key, *rest] for rest in paths_in(value))


def variations(form):
    """(path, form) with something removed, replaced or added."""
    for path in paths_in(form):
        def varied(change):
            other = copy.deepcopy(form)
            parent = other
            for key in path[:-1]:
                parent = parent[key]
            change(parent, path[-1])
            return path, other
        yield varied(lambda parent, key: parent.pop(key))
        yield varied(lambda parent, key: parent.update({"lain": "lain"}))
        for value in STRANGE_VALUES:
            yield varied(lambda parent, key, value=value: parent.update({key: value}))


def mistakes(forms):
    """What the program says to each form; empty where it accepts."""
    lines = "".join(json.dumps(form) + "\n" for form in forms)
    answer = subprocess.run([JUDGE], input=lines, capture_output=True, text=True, check=True, timeout=60)
    return answer.stdout.splitlines()


class CallFormSchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        cls.validator = jsonschema.Draft202012Validator(SCHEMA)
        cls.fixtures = fixtures()
        cls.full = cls.fixtures["form.full.http"]

    def test_every_fixture_is_accepted_by_both(self):
        self.assertGreater(len(self.fixtures), 10)
        for (name, form), told in zip(self.fixtures.items(), mistakes(self.fixtures.values()), strict=True):
            with self.subTest(name):
                self.validator.validate(form)
                self.assertEqual(told, "")

    def test_the_full_form_has_every_field(self):
        for key, part in SCHEMA["properties"].items():
            self.assertIn(key, self.full)
            self.assertEqual(set(part.get("properties", [])), set(self.full[key]) if isinstance(self.full[key], dict) else set())

    def test_both_refuse_and_accept_the_same_variations(self):
        varied = [v for name in ("form.full.http", "form.letter.http", "form.ghost.http", "form.withheld.http") for v in variations(self.fixtures[name])]
        verdicts = {True: 0, False: 0}
        for (path, form), told in zip(varied, mistakes(form for _, form in varied), strict=True):
            accepted = self.validator.is_valid(form)
            verdicts[accepted] += 1
            # Only the program knows which code's check symbol is right.
            if accepted and path[-1] == "tracking_code" and told.startswith("result.tracking_code: "):
                continue
            self.assertEqual(accepted, told == "", f"{'.'.join(path)}: {json.dumps(form)[:2000]}\n{told}")
        self.assertGreater(min(verdicts.values()), 100)

    def test_an_object_without_anything_is_refused_by_both(self):
        for form in ({}, [], None, "teks", 7):
            self.assertFalse(self.validator.is_valid(form))
            self.assertNotEqual(mistakes([form])[0], "")


if __name__ == "__main__":
    unittest.main()
