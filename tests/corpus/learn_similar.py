# SPDX-License-Identifier: Apache-2.0
"""Learns from conversations/tuning what speaks for and against two reports being of one matter, and writes queue/similar_weights.lua. Called
by scripts/learn.

One linear model (logistic regression) over the signs that queue/similar.lua sees between any two complaints of a conversation by different
people. Pairs that it finds visibly different are never linked, so nothing is learned from them."""
import argparse
import collections
import json
import math
import pathlib
import sys

import numpy
import scipy.optimize

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import evaluation  # noqa: E402

WEIGHTS = evaluation.CORPUS.parents[1] / "queue/similar_weights.lua"
PENALTY = 0.5
LEAST_WEIGHT = 0.05     # less is not worth its place
LEAST_PRECISION = 0.96  # of the links, among files that the model has not seen
FEWEST_LINKS = 20       # on which a precision is believed
# Said of a link, but told by other signs, too.
REASONS_ONLY = {"same_alley", "same_category", "same_estate", "same_house_number", "same_kilometre", "same_landmark", "same_names", "same_rt", "same_things",
                "same_words"}
HEAD = """-- SPDX-License-Identifier: Apache-2.0
-- Written by scripts/learn (tests/corpus/learn_similar.py) from labelled conversations; do not edit, run it again.
-- What each sign of similar.lua counts for, or against, two reports being of one matter.
"""


class Pair:
    def __init__(self, file, line, cases, is_similar, signs):
        self.file, self.line, self.cases, self.is_similar, self.signs = file, line, cases, is_similar, signs


def pairs():
    """Of complaints by different people, with whether the labels say that they are similar."""
    found = []
    for file in sorted((evaluation.CORPUS / "conversations/tuning").glob("*.jsonl")):
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        for line, read in zip(lines, evaluation.read("conversations", lines), strict=True):
            cases = evaluation.judge_outcomes(line, read["outcomes"], collections.defaultdict(evaluation.Figure))
            people = {message["expect"]["case"]: message["from"] for message in reversed(line["messages"])}
            similar = {tuple(sorted(pair)) for pair in line.get("similar", [])}
            between = {tuple(sorted((cases.get(a, 0), cases.get(b, 0)))): signs for a, b, *signs in read["signs"]}
            for a, b in sorted(similar | {pair for pair in between if 0 not in pair}):
                if a != b and people[a] != people[b]:
                    signs = between.get((a, b), [])
                    found.append(Pair(file.stem, line, (a, b), (a, b) in similar, signs[0] if signs else None))
    return found


class Model:
    def __init__(self, learned, penalty):
        learned = [pair for pair in learned if pair.signs]
        self.names = sorted({name for pair in learned for name in pair.signs} - REASONS_ONLY)
        matrix = self.matrix(learned)
        labels = numpy.array([pair.is_similar for pair in learned], float)

        def loss(weights):
            scores = matrix @ weights
            value = (numpy.logaddexp(0, scores) - labels * scores).sum() + penalty * (weights[1:] ** 2).sum() / 2
            slope = matrix.T @ (1 / (1 + numpy.exp(-scores)) - labels)
            return value, slope + penalty * numpy.concatenate([[0], weights[1:]])

        self.weights = scipy.optimize.minimize(loss, numpy.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B").x

    def matrix(self, told):
        return numpy.array([[1] + [(pair.signs or {}).get(name, 0) for name in self.names] for pair in told], float)

    def scores(self, told):
        likely = 1 / (1 + numpy.exp(-self.matrix(told) @ self.weights))
        return numpy.where([pair.signs is None for pair in told], 0, likely)

    def lua(self, least_score):
        weighed = [(name, weight) for name, weight in zip(self.names, self.weights[1:], strict=True) if abs(weight) >= LEAST_WEIGHT]
        lines = [f"  {{'{name}', {weight:.2f}}}," for name, weight in sorted(weighed, key=lambda pair: -pair[1])]
        return "\n".join([f"local kSimilarWeights = {{\n  bias = {self.weights[0]:.2f},\n  least_score = {math.ceil(least_score * 100) / 100:.2f},", *lines, "}\n"])


def held_out_scores(told, penalty):
    """Of each pair by a model of the other files."""
    scores = numpy.zeros(len(told))
    for file in sorted({pair.file for pair in told}):
        held = [i for i, pair in enumerate(told) if pair.file == file]
        model = Model([pair for pair in told if pair.file != file], penalty)
        scores[held] = model.scores([told[i] for i in held])
    return scores


def least_score(told, scores, precision):
    """The lowest one at which the links still are as precise."""
    order = numpy.argsort(-scores)
    right = numpy.cumsum([told[i].is_similar for i in order])
    good = [k for k in range(FEWEST_LINKS, len(order)) if right[k] >= precision * (k + 1)]
    return scores[order[good[-1]]] if good else 0.99


def check(told, penalty, precision):
    scores = held_out_scores(told, penalty)
    least = least_score(told, scores, precision)
    print(f"penalty {penalty:g}, least score {least:.3f}")
    for name in [*sorted({pair.file for pair in told}), "all"]:
        of_file = [(pair, score) for pair, score in zip(told, scores, strict=True) if name in (pair.file, "all")]
        figure = evaluation.Figure()
        for pair, score in of_file:
            figure.add(pair.is_similar, bool(score >= least), dict(pair.line, id=pair.line["id"]), nothing=False)
        print(f"  {name:16} precision {figure.precision:.3f} recall {figure.recall:.3f}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/learn --similar", description="Learns what makes reports similar; writes queue/similar_weights.lua.")
    parser.add_argument("--check", action="store_true", help="write nothing; print how right a model of the other files is about each file")
    parser.add_argument("--penalty", type=float, default=PENALTY, help=f"the larger, the less each sign counts ({PENALTY})")
    parser.add_argument("--precision", type=float, default=LEAST_PRECISION, help=f"of the links that is wanted ({LEAST_PRECISION})")
    options = parser.parse_args()
    told = pairs()
    if options.check:
        return check(told, options.penalty, options.precision)
    least = least_score(told, held_out_scores(told, options.penalty), options.precision)
    WEIGHTS.write_text(HEAD + Model(told, options.penalty).lua(least))
    return None


if __name__ == "__main__":
    sys.exit(main())
