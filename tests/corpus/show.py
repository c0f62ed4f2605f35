# SPDX-License-Identifier: Apache-2.0
"""Prints how well the program reads the corpus; called by scripts/evaluate, which builds what is needed first."""
import argparse
import html
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import evaluation  # noqa: E402

FIGURES = evaluation.CORPUS / "figures.json"
BAR = 40
MOST_CONFUSIONS = 12


def rounded(figure):
    return {"precision": round(figure.precision, 4), "recall": round(figure.recall, 4), "f1": round(figure.f1, 4)}


def goal_text(field):
    precision, recall, f1 = evaluation.GOALS.get(field, (0, 0, 0))
    return ", ".join(f"{name} {value:g}" for name, value in (("P", precision), ("R", recall), ("F1", f1)) if value)


def print_table(half, figures):
    print(f"\n{half}\n{'field':<18}{'hits':>6}{'invented':>10}{'missed':>8}{'precision':>11}{'recall':>9}{'F1':>9}   goal")
    for field, figure in figures.items():
        short = figure.falls_short_of(evaluation.GOALS.get(field, (0, 0, 0)))
        print(f"{field:<18}{figure.hits:>6}{figure.invented:>10}{figure.missed:>8}{figure.precision:>11.3f}{figure.recall:>9.3f}{figure.f1:>9.3f}"
              f"   {goal_text(field)}{'   NOT REACHED' if short else ''}")


def print_chart(figures):
    print(f"\n{'F1':<18}0{' ' * (BAR - 2)}1")
    for field, figure in figures.items():
        full = round(figure.f1 * BAR)
        print(f"{field:<18}{'█' * full}{'░' * (BAR - full)} {figure.f1:.3f}")


def print_confusions(figures):
    for field, figure in figures.items():
        if figure.confusions:
            print(f"\n{field}: expected → found")
            for (expected, found), times in figure.confusions.most_common(MOST_CONFUSIONS):
                print(f"{times:>5}  {expected or '–'} → {found or '–'}")


def print_mistakes(figures, fields):
    for field, figure in figures.items():
        if fields and field not in fields:
            continue
        for name, expected, found, text in figure.mistakes:
            print(f"{field}  {name}  {expected or '–'} → {found or '–'}\n    {text[:600]}")


def chart_svg(halves):
    """Precision and recall of each field on each half, with the goals as ticks."""
    row, left, width = 18, 150, 420
    parts, y = [], 30
    for half, figures in halves.items():
        parts.append(f'<text x="10" y="{y}" font-weight="bold">{half}</text>')
        for field, figure in figures.items():
            y += row + 6
            parts.append(f'<text x="10" y="{y + 8}">{html.escape(field)}</text>')
            goals = evaluation.GOALS.get(field, (0, 0, 0))
            for offset, value, goal, colour in ((-4, figure.precision, goals[0], "#2a6f97"), (6, figure.recall, goals[1], "#e09f3e")):
                parts.append(f'<rect x="{left}" y="{y + offset}" width="{value * width:.1f}" height="8" fill="{colour}"/>')
                parts.append(f'<text x="{left + width + 8}" y="{y + offset + 8}" font-size="9">{value:.3f}</text>')
                if goal:
                    parts.append(f'<rect x="{left + goal * width:.1f}" y="{y + offset - 1}" width="2" height="10" fill="#9e2a2b"/>')
        y += 40
    legend = "precision (blue), recall (orange), goals (red ticks)"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 60}" height="{y}" font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="white"/>{"".join(parts)}<text x="10" y="{y - 12}">{legend}</text></svg>\n')


def main():
    parser = argparse.ArgumentParser(prog="scripts/evaluate", description="How well the program reads tests/corpus: precision, recall and confusions per field.")
    parser.add_argument("--half", choices=evaluation.HALVES, help="only this half")
    parser.add_argument("--mistakes", nargs="*", metavar="FIELD", help="show the mistakes of the tuning half, of these fields or all")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--chart", type=pathlib.Path, metavar="FILE", help="also draw the figures into FILE (SVG)")
    parser.add_argument("--record", action="store_true", help="write the figures to tests/corpus/figures.json, below which CI lets none fall")
    options = parser.parse_args()
    halves = {half: evaluation.evaluate(half) for half in evaluation.HALVES if options.half in (None, half)}
    if options.mistakes is not None:
        return print_mistakes(halves["tuning"], options.mistakes)
    figures = {half: {field: rounded(figure) for field, figure in found.items()} for half, found in halves.items()}
    if options.json:
        print(json.dumps(figures, indent=1))
    else:
        for half, found in halves.items():
            print_table(half, found)
            print_chart(found)
            print_confusions(found)
    if options.chart:
        options.chart.write_text(chart_svg(halves))
    if options.record:
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    return None


if __name__ == "__main__":
    sys.exit(main())
