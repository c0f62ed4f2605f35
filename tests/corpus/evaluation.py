# SPDX-License-Identifier: Apache-2.0
"""Compares what the program makes of the corpus with what its labels say. `scripts/evaluate` shows it, corpus_test.py holds it to figures.json."""
import collections
import dataclasses
import json
import os
import pathlib
import subprocess

CORPUS = pathlib.Path(__file__).resolve().parent
HALVES = ("tuning", "held_back")

# What must hold on the held-back half: field -> (least precision, least recall, least F1).
GOALS = {
    "category": (0, 0, 0.93),
    "place": (0.98, 0.95, 0),
    "emergency": (0.9, 1, 0),
    "scope": (0, 0, 0.9),
    "reports kept": (0, 1, 0),
    "personal data": (0.97, 0.99, 0),
    "duplicates": (1, 1, 0),
    "similar": (0.97, 0.9, 0),
}


@dataclasses.dataclass
class Figure:
    """How often a field was found (`hits`), invented and missed, and the mistakes themselves."""
    hits: int = 0
    invented: int = 0
    missed: int = 0
    mistakes: list = dataclasses.field(default_factory=list)      # (id, expected, found, text)
    confusions: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def add(self, expected, found, line, nothing="", accepted=()):
        """One value of one message: `nothing` is the value that says that there is none."""
        if found == expected or found in accepted:
            self.hits += found != nothing
            return
        self.invented += found != nothing
        self.missed += expected != nothing
        self.confusions[(expected, found)] += 1
        self.mistakes.append((line["id"], expected, found, shown(line)))

    @property
    def precision(self):
        return self.hits / (self.hits + self.invented) if self.hits + self.invented else 1.0

    @property
    def recall(self):
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self):
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def falls_short_of(self, goal):
        return self.precision < goal[0] or self.recall < goal[1] or self.f1 < goal[2]


def shown(line):
    if "messages" not in line:
        return " / ".join(filter(None, (line.get("subject"), line["text"])))
    return " | ".join(message.get("text") or ("[foto]" if "attachments" in message else "[lokasi]") for message in line["messages"])


def lines_of(kind, half):
    for file in sorted((CORPUS / kind / half).glob("*.jsonl")):
        for line in file.read_text().splitlines():
            yield json.loads(line)


def read(kind, lines):
    """What the program says of each line."""
    told = subprocess.run([os.environ["SATUPINTU_READ_CORPUS"], kind], input="".join(json.dumps(line) + "\n" for line in lines),
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in told.splitlines()]


def judge_messages(half, figures):
    lines = list(lines_of("messages", half))
    for line, found in zip(lines, read("messages", lines), strict=True):
        expected = line["expect"]
        command = expected.get("command", "none")
        figures["command"].add(command, found["command"], line, "none")
        if command == "none" and found["command"] != "none":
            figures["reports kept"].missed += 1
        else:
            figures["reports kept"].hits += command == "none"
        if command != "none":
            continue
        accepted = set(expected.get("accept", []))
        category = "" if found["category"] == "lainnya" else found["category"]
        if expected.get("category") or expected.get("scope") != "other_jurisdiction":
            figures["category"].add(expected.get("category", ""), category, line, accepted=accepted)
        for code in expected.get("also", []):
            figures["further category"].add(code, code if code in [category, *found["also"]] else "", line)
        for place in ("kelurahan", "kecamatan"):
            figures["place"].add(expected.get(place, ""), found[place], line)
        figures["type"].add(expected.get("type", "complaint"), found["type"], line, "complaint")
        figures["scope"].add(expected.get("scope", "in_scope"), found["scope"], line, "in_scope")
        priority = expected.get("priority", "normal")
        figures["priority"].add(priority, found["priority"], line, "normal")
        emergency = [value if value == "emergency" else "" for value in (priority, found["priority"])]
        figures["emergency"].add(*emergency, line)
        judge_personal_data(expected, found, line, figures["personal data"])


def judge_personal_data(expected, found, line, figure):
    for secret in expected.get("mask", []):
        figure.add("masked", "" if secret in found["masked"] else "masked", dict(line, text=secret))
    for innocent in expected.get("keep", []):
        figure.add("", "" if innocent in found["masked"] else "masked", dict(line, text=innocent))
    masks = found["masked"].count(" disamarkan]")
    if not expected.get("keep") and masks > len(expected.get("mask", [])):
        figure.add("", "masked", line)


def judge_conversations(half, figures):
    lines = list(lines_of("conversations", half))
    for line, found in zip(lines, read("conversations", lines), strict=True):
        cases = judge_outcomes(line, found["outcomes"], figures)
        judge_links(line, found["entries"], cases, figures)


def judge_outcomes(line, outcomes, figures):
    """Gives the cases' numbers by complaint id."""
    numbers = {}
    for number, (message, outcome) in enumerate(zip(line["messages"], outcomes, strict=True), 1):
        expected = message["expect"]
        if outcome["outcome"] == "published":
            numbers.setdefault(outcome["complaint_id"], expected["case"])
        found = (outcome["outcome"], numbers.get(outcome["complaint_id"]))
        wanted = (expected["outcome"], expected["case"])
        about = dict(line, id=f"{line['id']}#{number}")
        figures["threading"].add(wanted, found, about)
        is_same = [value[0] if value[0] in ("duplicate", "repeated") else "" for value in (wanted, found)]
        figures["duplicates"].add(*is_same, about)
    return numbers


def judge_links(line, entries, cases, figures):
    linked = set()
    interest = {}
    for entry in entries:
        case = cases.get(entry["complaint_id"])
        linked |= {tuple(sorted((case, cases.get(other["complaint_id"])))) for other in entry.get("similar", [])}
        if "interest_count" in entry:
            interest[case] = max(interest.get(case, 1), entry["interest_count"])
    wanted = {tuple(sorted(pair)) for pair in line.get("similar", [])}
    for pair in sorted(wanted | linked, key=str):
        figures["similar"].add(pair if pair in wanted else "", pair if pair in linked else "", line)
    for case, people in line.get("interest", {}).items():
        figures["interest"].add(people, interest.get(int(case), 1), line, nothing=1)


def evaluate(half):
    figures = collections.defaultdict(Figure)
    judge_messages(half, figures)
    judge_conversations(half, figures)
    return figures
