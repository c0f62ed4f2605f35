# SPDX-License-Identifier: Apache-2.0
"""Learns from labelled messages what single words, and two in a row, speak for, and writes config/learned.toml. Called by scripts/learn.

A linear model (multinomial logistic regression): the points that the lists of routing.toml give stand fixed, so that only what they
cannot tell is learned. Words that stand in one message only, numbers and names of places are left out."""
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
LISTED_SCALE = 0.04     # what one point of routing.toml's lists is worth in the model
LEAST_POINTS = 30       # what a category needs beyond "none": as in normalizer/category.cpp
LEAST_MESSAGES = 2
PENALTY = 0.5
LEAST_WEIGHT = 2        # in points: less is not worth a line
HEAD = """# Ditulis oleh scripts/learn dari pesan berlabel (tests/corpus/messages/tuning); jangan disunting, jalankan lagi.
# Written by scripts/learn from labelled messages (tests/corpus/messages/tuning); do not edit, run it again.
#
# What a word, or two in a row, counts for or against a category, in points: a phrase of `words` in routing.toml counts 60, or 30 beside
# a stronger one. [learned.none] speaks for texts that are no matter of the city. Without this file the lists decide alone.
"""


def place_words():
    """Names say where, not what."""
    rules = tomllib.loads((ROOT / "config/places.toml").read_text())
    names = [name for table in rules["kecamatan"].values() for name in [table["name"], *table["kelurahan"]]]
    return set(re.findall(r"[a-z]+", " ".join(names).lower()))


def features_of(words, places):
    kept = [word for word in words]
    useless = lambda word: word.isdigit() or word in places or len(word) < 2  # noqa: E731
    found = {word for word in kept if not useless(word)}
    found |= {f"{a} {b}" for a, b in zip(kept, kept[1:]) if not useless(a) and not useless(b)}
    return found


def label_of(line):
    category = line["expect"].get("category", "")
    return NONE if category in ("", "lainnya") else category


class Model:
    def __init__(self, lines, read, penalty=PENALTY):
        places = place_words()
        features = [features_of(found["features"]["words"], places) for found in read]
        counts = collections.Counter(feature for message in features for feature in message)
        self.columns = {feature: i for i, feature in enumerate(sorted(f for f, n in counts.items() if n >= LEAST_MESSAGES))}
        categories = tomllib.loads((ROOT / "config/routing.toml").read_text())["categories"]
        self.topics = [code for code in categories if code != "lainnya"] + [NONE]
        self.learn(self.matrix(features), self.listed(read), [self.topics.index(label_of(line)) for line in lines], penalty)

    def matrix(self, features):
        rows, columns = [], []
        for row, message in enumerate(features):
            for feature in message:
                if feature in self.columns:
                    rows.append(row)
                    columns.append(self.columns[feature])
        return scipy.sparse.csr_matrix((numpy.ones(len(rows)), (rows, columns)), shape=(len(features), len(self.columns)))

    def listed(self, read):
        points = numpy.zeros((len(read), len(self.topics)))
        for row, found in enumerate(read):
            for code, listed in found["features"]["listed"].items():
                if code in self.topics:
                    points[row, self.topics.index(code)] = listed * LISTED_SCALE
        points[:, -1] = LEAST_POINTS * LISTED_SCALE
        return points

    def learn(self, matrix, listed, labels, penalty):
        count, topics = matrix.shape[1], len(self.topics)
        wanted = numpy.zeros((matrix.shape[0], topics))
        wanted[numpy.arange(len(labels)), labels] = 1

        def loss(flat):
            weights = flat[:count * topics].reshape(count, topics)
            scores = matrix @ weights + listed + flat[count * topics:]
            scores -= scores.max(axis=1, keepdims=True)
            likely = numpy.exp(scores)
            total = likely.sum(axis=1, keepdims=True)
            likely /= total
            value = -(wanted * (scores - numpy.log(total))).sum() + penalty * (weights ** 2).sum() / 2
            error = likely - wanted
            return value, numpy.concatenate([((matrix.T @ error) + penalty * weights).ravel(), error.sum(axis=0)])

        best = scipy.optimize.minimize(loss, numpy.zeros(count * topics + topics), jac=True, method="L-BFGS-B", options={"maxiter": 200})
        self.weights = best.x[:count * topics].reshape(count, topics)
        self.bias = best.x[count * topics:]

    def predict(self, read):
        """As the program will, without rounding."""
        places = place_words()
        matrix = self.matrix([features_of(found["features"]["words"], places) for found in read])
        scores = matrix @ self.weights + self.listed(read) + self.bias
        return [self.topics[best] for best in scores.argmax(axis=1)]

    def toml(self):
        lines = [HEAD]
        names = sorted(self.columns, key=self.columns.get)
        points = numpy.rint(self.weights / LISTED_SCALE).astype(int)
        for topic, code in enumerate(self.topics):
            lines.append(f"\n[learned.{code}]\nbias = {round(self.bias[topic] / LISTED_SCALE)}\nwords = [")
            weighed = [(name, points[i, topic]) for i, name in enumerate(names) if abs(points[i, topic]) >= LEAST_WEIGHT]
            line = " "
            for name, value in sorted(weighed, key=lambda pair: (-pair[1], pair[0])):
                item = f' "{name} {value}",'
                if len(line) + len(item) > 140:
                    lines.append(line)
                    line = " "
                line += item
            lines += [line, "]"]
        return "\n".join(lines) + "\n"


def learnable(lines):
    """Commands are no reports."""
    return [line for line in lines if line["expect"].get("command", "none") == "none"]


def cross_validated(lines, read, penalty):
    """How often a model learned from the other files is right about each file."""
    files = {}
    for file in sorted((evaluation.CORPUS / "messages/tuning").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            files[json.loads(line)["id"]] = file.stem
    for name in dict.fromkeys(files.values()):
        held = [i for i, line in enumerate(lines) if files[line["id"]] == name]
        rest = [i for i, line in enumerate(lines) if files[line["id"]] != name]
        if not held:
            continue
        model = Model([lines[i] for i in rest], [read[i] for i in rest], penalty)
        figure = evaluation.Figure()
        for i, found in zip(held, model.predict([read[i] for i in held]), strict=True):
            expected = label_of(lines[i])
            accepted = {NONE if code in ("", "lainnya") else code for code in lines[i]["expect"].get("accept", [])}
            figure.add(expected, found, lines[i], NONE, accepted)
        print(f"{name:24} {figure.precision:.3f} {figure.recall:.3f} {figure.f1:.3f}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/learn", description="Learns from labelled messages what words speak for; writes config/learned.toml.")
    parser.add_argument("--check", action="store_true", help="write nothing; print how right a model of the other files is about each file: precision, recall, F1")
    parser.add_argument("--penalty", type=float, default=PENALTY, help=argparse.SUPPRESS)
    options = parser.parse_args()
    lines = learnable(evaluation.lines_of("messages", "tuning"))
    read = evaluation.read("messages", lines)
    if options.check:
        return cross_validated(lines, read, options.penalty)
    (ROOT / "config/learned.toml").write_text(Model(lines, read, options.penalty).toml())
    return None


if __name__ == "__main__":
    sys.exit(main())
