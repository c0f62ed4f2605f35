# SPDX-License-Identifier: Apache-2.0
"""docs/schema/complaint-intake-v1.json and complaint_intake.cpp refuse and accept the same documents: those of the fixtures, and some
thousand variations of the one that has every field. SATUPINTU_COMPLAINT_INTAKE_JUDGE is the program of complaint_intake_judge.cpp."""
import copy
import json
import os
import pathlib
import subprocess
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
JUDGE = os.environ.get("SATUPINTU_COMPLAINT_INTAKE_JUDGE", str(ROOT / "build/dev/adapters/complaint_intake_judge"))
SCHEMA = json.loads((ROOT / "docs/schema/complaint-intake-v1.json").read_text())
STRANGE_VALUES = [None, True, False, 0, 7, -1, 0.5, -90.5, 90.5, 180, -180.5, 100_001, 1e15, "", " ", "\t\n", "lain", "lain lain", "7", "app",
                  "image", "secret", "a@b", "2026-01-05", "2026-01-05T10:04:05", "2026-01-05T10:04:05+07:00", "2026-01-05t03:04:05.5z", [],
                  ["in"], [{}], [{"url": "https://foto.example/1"}], [{"url": "https://foto.example/1"}] * 21, [{"url": 7}], {}, {"lain": 1},
                  {"lain": "satu"}, {"Lain": "satu"}, {"latitude": -6.1}, {"longitude": 106.6, "latitude": None}, {"url": "https://foto.example/1"},
                  {f"a{i}": "x" for i in range(51)}, "https://foto.example/1", "http://foto.example", "ftp://foto.example", "A" * 64, "f" * 64, "g" * 64,
                  *("é" * length for length in (39, 40, 41, 200, 201, 250, 251, 254, 255, 10_000, 10_001)),
                  *("a" * length for length in (40, 41, 63, 250, 251))]


def full_document():
    """Of the fixture that has every field."""
    body = (ROOT / "adapters/web/fixtures/events.full.http").read_bytes().split(b"\n\n", 1)[1]
    return json.loads(body)["data"]


def paths_in(value):
    """Every place in the document, as a list of keys."""
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        yield [key]
        if isinstance(member, (dict, list)):
            yield from ([key, *rest] for rest in paths_in(member))


def variations(document):
    """(path, document) with something removed, replaced or added."""
    for path in paths_in(document):
        def varied(change):
            other = copy.deepcopy(document)
            parent = other
            for key in path[:-1]:
                parent = parent[key]
            change(parent, path[-1])
            return path, other
        yield varied(lambda parent, key: parent.pop(key))
        for value in STRANGE_VALUES:
            yield varied(lambda parent, key, value=value: parent.__setitem__(key, value))
            if path == ["text"]:
                yield varied(lambda parent, key, value=value: (parent.pop("attachments"), parent.__setitem__(key, value)))
    yield [], {**document, "lain": "lain"}


def problems(documents):
    """What the program says to each document; empty where it accepts."""
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    answer = subprocess.run([JUDGE], input=lines, capture_output=True, text=True, check=True, timeout=60)
    return answer.stdout.splitlines()


class ComplaintIntakeSchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        cls.validator = jsonschema.Draft202012Validator(SCHEMA)
        cls.full = full_document()

    def test_the_full_document_has_every_field_and_is_accepted_by_both(self):
        def names(schema, value):
            self.assertEqual(set(schema["properties"]), set(value))
        names(SCHEMA, self.full)
        for key in ("sender", "place"):
            names(SCHEMA["properties"][key], self.full[key])
        names(SCHEMA["properties"]["attachments"]["items"], self.full["attachments"][0])
        self.validator.validate(self.full)
        self.assertEqual(problems([self.full]), [""])

    def test_both_refuse_and_accept_the_same_variations(self):
        varied = list(variations(self.full))
        verdicts = {True: 0, False: 0}
        for (path, document), told in zip(varied, problems(document for _, document in varied), strict=True):
            accepted = self.validator.is_valid(document)
            verdicts[accepted] += 1
            self.assertEqual(accepted, told == "", f"{path}: {json.dumps(document)[:2000]}\n{told}")
        self.assertGreater(min(verdicts.values()), 300)

    def test_a_document_of_another_kind_is_refused_by_both(self):
        for document in ({}, [], None, "teks", 7):
            self.assertFalse(self.validator.is_valid(document))
            self.assertNotEqual(problems([document])[0], "")


if __name__ == "__main__":
    unittest.main()
