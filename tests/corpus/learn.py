# SPDX-License-Identifier: Apache-2.0
"""Learns from labelled messages what words (by their stems), pairs of neighbours and traits speak for, and writes config/learned.toml. Called by
scripts/learn.

One linear model (multinomial logistic regression) for each field. What the rules say of a message stands beside it at a fixed worth, so that
only what they cannot tell is learned. What is rare, numbers and names of places are left out."""
import argparse
import collections
import itertools
import json
import pathlib
import re
import sys
import tomllib

import numpy
import scipy.optimize
import scipy.sparse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import evaluation  # noqa: E402

ROOT = evaluation.CORPUS.parents[1]
NONE = "none"
POINT = 0.025           # what a point is worth in the model
LEAST_MESSAGES = 2      # that hold a stem
LEAST_FOR_PAIR = 4
PENALTY = 0.4
BIAS_PENALTY = 40       # so that the shortest text is judged by its words, too
SHARE_OF_OTHERS = 0.25
LEAST_WEIGHT = 4        # points; less is not worth its place
HEAD = """# Ditulis oleh scripts/learn dari pesan berlabel (tests/corpus/messages/tuning); jangan disunting, jalankan lagi.
# Written by scripts/learn from labelled messages (tests/corpus/messages/tuning); do not edit, run it again.
#
# What the stem of a word, two neighbours or a trait ("@question": normalizer/traits.cpp) counts for or against a value of a field, in
# points: a phrase of `words` in routing.toml counts 60, or 30 beside a stronger one. [learned.category.none] speaks for texts that are no
# matter of the city. Without these tables the rules decide alone.
"""


def category_of(line):
    """None where it is not known: whoever labels a matter of another city need not say what it is."""
    category = line["expect"].get("category", "")
    if category == "" and line["expect"].get("scope") == "other_jurisdiction":
        return None
    return NONE if category in ("", "lainnya") else category


def listed(found):
    return min(120, max(0, *found["features"]["listed"].values(), 0))


class Field:
    """What is learned of one field: its values, what the labels say, and what the rules say, in points, as in normalizer/*.cpp."""

    def __init__(self, name, values, expected, said, accepted=lambda line: (), weight=lambda value: 1, has_pairs=False):
        self.name, self.values, self.expected, self.said, self.accepted, self.weight, self.has_pairs = name, values, expected, said, accepted, weight, has_pairs


def fields():
    categories = tomllib.loads((ROOT / "config/routing.toml").read_text())["categories"]
    return [
        Field("category", [code for code in categories if code != "lainnya"] + [NONE], category_of,
              lambda found: {**found["features"]["listed"], NONE: 30},
              accepted=lambda line: {NONE if code in ("", "lainnya") else code for code in line["expect"].get("accept", [])}, has_pairs=True),
        Field("priority", ["normal", "high", "emergency"],
              lambda line: {"low": "normal"}.get(line["expect"].get("priority"), line["expect"].get("priority", "normal")),
              lambda found: {found["priority"]: 180 if found["is_sure"] else 90 if found["is_told"] else 60}, weight=lambda value: 4 if value == "emergency" else 1, has_pairs=True),
        Field("report_type", ["complaint", "aspiration", "information", "thanks"],
              lambda line: line["expect"].get("type", "complaint"), lambda found: {found["type"]: 40}),
        Field("scope", ["in_scope", "out_of_scope_election", "out_of_scope_crime", "out_of_scope_private", "out_of_scope_court",
                        "out_of_scope_irrelevant"],
              lambda line: line["expect"].get("scope", "in_scope"), lambda found: {found["scope"]: 40 + 0.3 * listed(found) if found["scope"] == "in_scope" else 80}, weight=lambda value: 1 if value == "in_scope" else 6),
    ]


def place_words():
    """Names say where, not what."""
    rules = tomllib.loads((ROOT / "config/places.toml").read_text())
    names = [name for table in rules["kecamatan"].values() for name in [table["name"], *table["kelurahan"]]]
    return set(re.findall(r"[a-z]+", " ".join(names).lower()))


class Model:
    def __init__(self, field, lines, read, penalty=PENALTY):
        self.field = field
        self.places = place_words()
        rows = [(line, found) for line, found in zip(lines, read, strict=True) if field.expected(line) in field.values]
        signs = [self.signs(found) for _, found in rows]
        counts = collections.Counter(sign for message in signs for sign in message)
        self.columns = {sign: i for i, sign in enumerate(sorted(sign for sign, times in counts.items() if times >= (LEAST_FOR_PAIR if " " in sign else LEAST_MESSAGES)))}
        self.learn(self.matrix(signs), self.said([found for _, found in rows]), numpy.array([self.wanted(line) for line, _ in rows]), penalty)

    def signs(self, found):
        words = found["features"]["words"]
        stems = [None if word.isdigit() or word in self.places or len(word) == 1 else stem
                 for word, stem in zip(words, found["features"]["stems"], strict=True)]
        pairs = {f"{first} {second}" for first, second in itertools.pairwise(stems) if first and second} if self.field.has_pairs else set()
        return {stem for stem in stems if stem} | pairs | set(found["features"]["traits"])

    def matrix(self, signs):
        places = [(row, self.columns[sign]) for row, message in enumerate(signs) for sign in message if sign in self.columns]
        rows, columns = zip(*places) if places else ((), ())
        return scipy.sparse.csr_matrix((numpy.ones(len(rows)), (rows, columns)), shape=(len(signs), len(self.columns)))

    def said(self, read):
        points = numpy.zeros((len(read), len(self.field.values)))
        for row, found in enumerate(read):
            for value, counts in self.field.said(found).items():
                if value in self.field.values:
                    points[row, self.field.values.index(value)] = counts * POINT
        return points

    def wanted(self, line):
        """How much each value is the right one: what another reader might have said has a share in it."""
        label = self.field.expected(line)
        others = [value for value in self.field.accepted(line) if value in self.field.values and value != label]
        share = SHARE_OF_OTHERS if others else 0
        return [1 - share if value == label else share / len(others) if value in others else 0 for value in self.field.values]

    def learn(self, matrix, said, wanted, penalty):
        count, values = matrix.shape[1], len(self.field.values)
        worth = wanted @ numpy.array([[self.field.weight(value)] for value in self.field.values])

        def loss(flat):
            weights = flat[:count * values].reshape(count, values)
            bias = flat[count * values:]
            scores = matrix @ weights + said + bias
            scores -= scores.max(axis=1, keepdims=True)
            likely = numpy.exp(scores)
            total = likely.sum(axis=1, keepdims=True)
            value = -(worth * wanted * (scores - numpy.log(total))).sum() + (penalty * (weights ** 2).sum() + BIAS_PENALTY * (bias ** 2).sum()) / 2
            error = worth * (likely / total - wanted)
            return value, numpy.concatenate([((matrix.T @ error) + penalty * weights).ravel(), error.sum(axis=0) + BIAS_PENALTY * bias])

        best = scipy.optimize.minimize(loss, numpy.zeros(count * values + values), jac=True, method="L-BFGS-B", options={"maxiter": 200})
        self.weights = best.x[:count * values].reshape(count, values)
        self.bias = best.x[count * values:]

    def predict(self, read):
        """As the program will, without rounding."""
        scores = self.matrix([self.signs(found) for found in read]) @ self.weights + self.said(read) + self.bias
        return [self.field.values[best] for best in scores.argmax(axis=1)]

    def toml(self):
        lines = []
        signs = sorted(self.columns, key=self.columns.get)
        points = numpy.rint(self.weights / POINT).astype(int)
        for value, name in enumerate(self.field.values):
            lines.append(f"\n[learned.{self.field.name}.{name}]\nbias = {round(self.bias[value] / POINT)}\nstems = [")
            weighed = [(sign, points[i, value]) for i, sign in enumerate(signs) if abs(points[i, value]) >= LEAST_WEIGHT]
            line = " "
            for sign, counts in sorted(weighed, key=lambda pair: (-pair[1], pair[0])):
                item = f' "{sign} {counts}",'
                if len(line) + len(item) > 140:
                    lines.append(line)
                    line = " "
                line += item
            lines += [line, "]"]
        return "\n".join(lines) + "\n"


def labelled():
    """The messages that may be learned from, and what the rules alone make of them. Commands are no reports."""
    lines = [line for line in evaluation.lines_of("messages", "tuning") if line["expect"].get("command", "none") == "none"]
    return lines, evaluation.read("rules", lines)


def check(penalty):
    """How right a model of the other files is about each file."""
    lines, read = labelled()
    files = {json.loads(line)["id"]: file.stem for file in sorted((evaluation.CORPUS / "messages/tuning").glob("*.jsonl"))
             for line in file.read_text().splitlines()}
    for field in fields():
        print(field.name)
        for name in dict.fromkeys(files[line["id"]] for line in lines):
            held = [i for i, line in enumerate(lines) if files[line["id"]] == name and field.expected(line) is not None]
            rest = [i for i, line in enumerate(lines) if files[line["id"]] != name]
            model = Model(field, [lines[i] for i in rest], [read[i] for i in rest], penalty)
            nothing = NONE if field.name == "category" else field.values[0]
            figure = evaluation.Figure()
            for i, found in zip(held, model.predict([read[i] for i in held]), strict=True):
                figure.add(field.expected(lines[i]), found, lines[i], nothing, field.accepted(lines[i]))
            print(f"  {name:24} {figure.precision:.3f} {figure.recall:.3f} {figure.f1:.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/learn", description="Learns from labelled messages what words speak for; writes config/learned.toml.")
    parser.add_argument("--check", action="store_true", help="write nothing; print how right a model of the other files is about each file: precision, recall, F1")
    parser.add_argument("--penalty", type=float, default=PENALTY, help=f"the larger, the less single words count ({PENALTY})")
    options = parser.parse_args()
    if options.check:
        return check(options.penalty)
    lines, read = labelled()
    (ROOT / "config/learned.toml").write_text(HEAD + "".join(Model(field, lines, read, options.penalty).toml() for field in fields()))
    return None


if __name__ == "__main__":
    sys.exit(main())
