"""The ablations as a page of tables and a chart."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.ablation import FULL, NO_LEXICON, OTHERS, Ablation, Row, Unprepared
from eval.questions import WAYS

PREPARED = "prepared"
_ASKED = {
    "zh": "official Chinese",
    "zh_hard": "everyday Chinese",
    "keywords": "Chinese keywords",
    "en": "English",
}
_COLOURS = {"zh": "#1d70b8", "zh_hard": "#d4351c", "en": "#00703c", "keywords": "#912b88"}


def write(ablation: Ablation, folder: Path) -> Path:
    """Write `ablations.md` and the chart beside it; the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    chart(ablation, folder / "ablations.svg")
    page = folder / "ablations.md"
    page.write_text(markdown(ablation), encoding="utf-8")
    return page


def markdown(ablation: Ablation) -> str:
    """Every measurement, as Markdown."""
    median, late = ablation.milliseconds
    counts = {row.group: row.questions for row in ablation.signals}
    lines = [
        "# Ablations of retrieval",
        "",
        "Made by `python -m eval ablate`. Each cell: recall@5 / mean reciprocal rank. Recall counts a question when",
        "all of its evidence stands whole in the five best passages; the reciprocal rank is that of the passage by",
        "which it does, 0 beyond ten. Asked in official Chinese (zh), in everyday Chinese that avoids the document's",
        "words (zh_hard), in English (en).",
        "",
        f"Warm retrieval by the full system: {median:.0f} ms at the median, {late:.0f} ms at 95 % "
        f"({platform.machine()}, {os.cpu_count()} cores).",
        "",
        "![Ablations](ablations.svg)",
        "",
        "## Each signal alone and left out",
        "",
        f"The prepared collection. test: {counts['test']} questions that nothing was fitted on; "
        f"dev: {counts['dev']} questions on which settings were chosen. place, year, number and article tell "
        "something only where a question names one.",
        "",
        *_table(ablation.signals, ("test", "dev"), WAYS),
    ]
    for one in ablation.unprepared:
        lines += [
            "",
            f"## Left out: {', '.join(one.bulletins)}",
            "",
            "The encoder was trained without these bulletins and nothing is written beside them; they stand among "
            "public documents of another province that the encoder never saw either "
            f"({one.documents:,} documents, {one.passages:,} passages). The civic lexicon is general, but was written "
            f"by people who had read these bulletins, so it is also left out.{_known(one)}",
            "",
        ]
        for bulletin in one.bulletins:
            rows = [Row(r.group, PREPARED, r.way, *_figures(r)) for r in ablation.prepared]
            rows = [row for row in [*rows, *one.rows] if row.group == bulletin]
            lines += [
                f"### {bulletin} ({rows[0].questions} questions)",
                "",
                *_table(rows, (bulletin,), WAYS),
                "",
            ]
        others = [row for row in one.rows if row.group == OTHERS]
        ways = list(dict.fromkeys(row.way for row in others))
        lines += [
            f"### Questions about the other province's documents ({others[0].questions} each way)",
            "",
            "Written for passages of up to 600 characters; found when a passage lies mostly within one of them.",
            "",
            *_table(others, (OTHERS,), ways),
        ]
    return "\n".join(lines) + "\n"


def _known(one: Unprepared) -> str:
    """What the bulletins may still have had a part in."""
    if not one.known:
        return " The ranker and the translation table were made without them, too."
    return f" Shipped, and so perhaps made with a little of them: {', '.join(one.known)}."


def _figures(row: Row) -> tuple[int, float, float]:
    return row.questions, row.recall, row.reciprocal_rank


def _table(rows: Sequence[Row], groups: Sequence[str], ways: Sequence[str]) -> list[str]:
    """A line a system, a column a group and way."""
    columns = [(group, way) for group in groups for way in ways]
    heads = [f"{group} {way}" if len(groups) > 1 else way for group, way in columns]
    cells = {
        (row.system, row.group, row.way): f"{row.recall:.3f} / {row.reciprocal_rank:.3f}" for row in rows
    }
    lines = [f"| | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    for system in dict.fromkeys(row.system for row in rows):
        shown = f"**{system}**" if system == FULL else system
        lines.append(f"| {shown} | {' | '.join(cells[system, group, way] for group, way in columns)} |")
    return lines


def chart(ablation: Ablation, file: Path) -> None:
    """Draw mean reciprocal ranks by system, and recall on bulletins prepared and left out, as one SVG."""
    with mpl.rc_context({"svg.hashsalt": "bulletin", "svg.fonttype": "none", "font.size": 9}):
        systems = list(dict.fromkeys(row.system for row in ablation.signals))
        bulletins = [name for one in ablation.unprepared for name in one.bulletins]
        height = 1.2 + max(0.21 * len(systems), 1.05 * len(bulletins))
        figure = Figure(figsize=(11.5 if bulletins else 6.5, height), layout="constrained")
        axes = figure.subplots(1, 2 if bulletins else 1, squeeze=False)[0]
        _dots(axes[0], [row for row in ablation.signals if row.group == "test"], systems)
        if bulletins:
            _bars(axes[1], ablation, bulletins)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.savefig(file, format="svg", metadata={"Date": None})


def _dots(axes: Axes, rows: Sequence[Row], systems: Sequence[str]) -> None:
    """A line a system, a dot a way of asking."""
    for way in WAYS:
        found = {row.system: row.reciprocal_rank for row in rows if row.way == way}
        axes.scatter(
            [found[s] for s in systems], range(len(systems)), s=22, color=_COLOURS[way], label=_ASKED[way]
        )
    axes.set_yticks(range(len(systems)), systems)
    axes.invert_yaxis()
    axes.set_xlim(-0.02, 1.02)
    axes.grid(color="#e5e5e5")
    axes.set_axisbelow(True)
    axes.set_xlabel("mean reciprocal rank")
    axes.set_title("Each signal alone and left out (test questions)", loc="left", fontsize=10)


def _bars(axes: Axes, ablation: Ablation, bulletins: Sequence[str]) -> None:
    """For each bulletin: prepared, left out, left out without the lexicon, and BM25; a bar a way of asking."""
    shown = [
        ("prepared", ablation.prepared, FULL),
        ("left out", None, FULL),
        ("left out, no lexicon", None, NO_LEXICON),
        ("BM25 only", None, "BM25 only"),
    ]
    places, labels = [], []
    place = 0.0
    for bulletin in bulletins:
        unprepared = next(one.rows for one in ablation.unprepared if bulletin in one.bulletins)
        for label, rows, system in shown:
            found = {
                row.way: row.recall
                for row in (unprepared if rows is None else rows)
                if row.group == bulletin and row.system == system
            }
            for offset, way in zip((-0.26, 0.0, 0.26), WAYS, strict=True):
                axes.barh(place + offset, found[way], height=0.24, color=_COLOURS[way])
            places.append(place)
            labels.append(label)
            place += 1
        axes.text(0.0, place - len(shown) - 0.55, bulletin, fontweight="bold", va="bottom")
        place += 0.9
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.02)
    axes.grid(axis="x", color="#e5e5e5")
    axes.set_axisbelow(True)
    axes.set_xlabel("recall@5")
    axes.set_title("Bulletins left out of everything", loc="left", fontsize=10)
