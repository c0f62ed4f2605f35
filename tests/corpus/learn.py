# SPDX-License-Identifier: Apache-2.0
"""Learns from labelled messages what words speak for, by their stems, and writes config/learned.toml. Called by scripts/learn.

One linear model (multinomial logistic regression) for each field. What the rules say of a message stands beside it at a fixed worth, so that
only what they cannot tell is learned. Stems that occur in one message only, numbers and names of places are left out."""
import argparse
import collections
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
LEAST_MESSAGES = 2
PENALTY = 0.4
BIAS_PENALTY = 40       # so that the shortest text is judged by its words, too
LEAST_WEIGHT = 4        # points; less is not worth its place
HEAD = """# Ditulis oleh scripts/learn dari pesan berlabel (tests/corpus/messages/tuning); jangan disunting, jalankan lagi.
# Written by scripts/learn from labelled messages (tests/corpus/messages/tuning); do not edit, run it again.
#
# What the stem of a word counts for or against a value of a field, in points: a phrase of `words` in routing.toml counts 60, or 30 beside
# a stronger one. [learned.category.none] speaks for texts that are no matter of the city. Without these tables the rules decide alone.
"""


def category_of(line):
    category = line["expect"].get("category", "")
    return NONE if category in ("", "lainnya") else category


class Field:
    """What is learned of one field: its values, what the labels say, and what the rules say, in points, as in normalizer/*.cpp."""

    def __init__(self, name, values, expected, said, accepted=lambda line: (), weight=lambda value: 1):
        self.name, self.values, self.expected, self.said, self.accepted, self.weight = name, values, expected, said, accepted, weight


def fields():
    categories = tomllib.loads((ROOT / "config/routing.toml").read_text())["categories"]
    return [
        Field("category", [code for code in categories if code != "lainnya"] + [NONE], category_of,
              lambda found: {**found["features"]["listed"], NONE: 30},
              accepted=lambda line: {NONE if code in ("", "lainnya") else code for code in line["expect"].get("accept", [])}),
        Field("priority", ["normal", "high", "emergency"],
              lambda line: {"low": "normal"}.get(line["expect"].get("priority"), line["expect"].get("priority", "normal")),
              lambda found: {found["priority"]: 180 if found["is_sure"] else 90 if found["is_told"] else 60}, weight=lambda value: 3 if value == "emergency" else 1),
        Field("report_type", ["complaint", "aspiration", "information", "thanks"],
              lambda line: line["expect"].get("type", "complaint"), lambda found: {found["type"]: 40}),
        Field("scope", ["in_scope", "out_of_scope_election", "out_of_scope_crime", "out_of_scope_private", "out_of_scope_court",
                        "out_of_scope_irrelevant"],
              lambda line: line["expect"].get("scope", "in_scope"), lambda found: {found["scope"]: 160}, weight=lambda value: 1 if value == "in_scope" else 3),
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
        stems = [self.stems(found) for _, found in rows]
        counts = collections.Counter(stem for message in stems for stem in message)
        self.columns = {stem: i for i, stem in enumerate(sorted(stem for stem, times in counts.items() if times >= LEAST_MESSAGES))}
        self.learn(self.matrix(stems), self.said([found for _, found in rows]), [field.values.index(field.expected(line)) for line, _ in rows], penalty)

    def stems(self, found):
        pairs = zip(found["features"]["words"], found["features"]["stems"], strict=True)
        return {stem for word, stem in pairs if not word.isdigit() and word not in self.places and len(word) > 1}

    def matrix(self, stems):
        places = [(row, self.columns[stem]) for row, message in enumerate(stems) for stem in message if stem in self.columns]
        rows, columns = zip(*places) if places else ((), ())
        return scipy.sparse.csr_matrix((numpy.ones(len(rows)), (rows, columns)), shape=(len(stems), len(self.columns)))

    def said(self, read):
        points = numpy.zeros((len(read), len(self.field.values)))
        for row, found in enumerate(read):
            for value, counts in self.field.said(found).items():
                if value in self.field.values:
                    points[row, self.field.values.index(value)] = counts * POINT
        return points

    def learn(self, matrix, said, labels, penalty):
        count, values = matrix.shape[1], len(self.field.values)
        wanted = numpy.zeros((matrix.shape[0], values))
        wanted[numpy.arange(len(labels)), labels] = 1
        worth = numpy.array([[self.field.weight(self.field.values[label])] for label in labels])

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
        scores = self.matrix([self.stems(found) for found in read]) @ self.weights + self.said(read) + self.bias
        return [self.field.values[best] for best in scores.argmax(axis=1)]

    def toml(self):
        lines = []
        stems = sorted(self.columns, key=self.columns.get)
        points = numpy.rint(self.weights / POINT).astype(int)
        for value, name in enumerate(self.field.values):
            lines.append(f"\n[learned.{self.field.name}.{name}]\nbias = {round(self.bias[value] / POINT)}\nstems = [")
            weighed = [(stem, points[i, value]) for i, stem in enumerate(stems) if abs(points[i, value]) >= LEAST_WEIGHT]
            line = " "
            for stem, counts in sorted(weighed, key=lambda pair: (-pair[1], pair[0])):
                item = f' "{stem} {counts}",'
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
            held = [i for i, line in enumerate(lines) if files[line["id"]] == name]
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
