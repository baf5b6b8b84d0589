"""The page of the figures: the goals and what was reached, all sizes, and a picture of how cost grows."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Figures = dict[str, dict[str, Any]]
PICTURE = "pictures/performance.svg"
SUBJECTS = {
    "night": ("a night: three cells typed since", "#1b6ca8"),
    "peer": ("openpyxl load + save", "#c0392b"),
    "limit": ("the limit", "#6b7280"),
}
TEXT = """\
<!-- Written by benchmarks/performance.py; `make bench` writes it anew. -->

# Performance

`make bench` measures this, `make bench FULL=1` also the large sizes: CPU seconds of one process (a run's in
wall seconds), medians of turns after one that warms up (above 10,000 clients one turn, cold), and the peak
memory of the process. Machines are shared: quote ratios. A night is a workbook that was computed before and
in which three cells were typed since. openpyxl is what everybody would use; the limit is calamine reading
the sheets that people type in, a raw copy of the file, and its largest part inflated and deflated once.
Results are checked in the same run: what people typed is the same in ours, openpyxl's and the source, and a
second night on ours writes nothing.

Measured {when}: {machine}.

"""


@dataclass(frozen=True)
class Goal:
    """A row of the table of goals.

    Arguments:
        label: what is measured.
        before: the figure before the work on speed began.
        goal: what was aimed at, in words.
        shown: the figure now, and whether it reaches the goal; KeyError when it was not measured.
    """

    label: str
    before: str
    goal: str
    shown: Callable[[Figures], tuple[str, bool]]


def _times(figures: Figures, rows: int) -> tuple[float, float, float, float]:
    """A night: CPU seconds, peak memory, how many times as fast as the peer, what part of the limit."""
    ours = figures[f"night/{rows}"]
    peer, limit = (figures.get(f"{name}/{rows}", {}).get("cpu", math.nan) for name in ("peer", "limit"))
    return ours["cpu"], ours["peak"], peer / ours["cpu"], ours["cpu"] / limit


def _night(rows: int, seconds: float, peer: float, limit: float, megabytes: float) -> Callable[..., Any]:
    """A night on so many clients; bounds: CPU seconds, × the peer, × the limit, MB (inf and 0: none)."""

    def shown(figures: Figures) -> tuple[str, bool]:
        cpu, peak, faster, share = _times(figures, rows)
        ratio = "" if math.isnan(faster) else f"{faster:.{1 if faster < 10 else 0}f} × faster than openpyxl, "
        beside = "the limit was not measured" if math.isnan(share) else f"{share:.2g} × the limit"
        text = f"{_seconds(cpu)}, {peak:,.0f} MB; {ratio}{beside}"
        return text, cpu <= seconds and not faster < peer and not share > limit and peak <= megabytes

    return shown


def _cost(name: str, seconds: float, megabytes: float = math.inf) -> Callable[..., Any]:
    """CPU seconds and memory of one figure."""

    def shown(figures: Figures) -> tuple[str, bool]:
        found = figures[name]
        text = _seconds(found["cpu"])
        if megabytes < math.inf:
            text += f", {found['peak']:.0f} MB"
        return text, found["cpu"] <= seconds and found["peak"] <= megabytes

    return shown


def _both(*names: str, seconds: float) -> Callable[..., Any]:
    """Several figures under one bound."""

    def shown(figures: Figures) -> tuple[str, bool]:
        costs = [figures[name]["cpu"] for name in names]
        return ", ".join(map(_seconds, costs)), max(costs) <= seconds

    return shown


def _mark(figures: Figures) -> tuple[str, bool]:
    each, run = figures["mark"]["cpu"] / 100, figures["marked"]
    text = f"{_seconds(each)}; a whole run on {run['books']:,} {_seconds(run['cpu'])}"
    return text, each <= 0.001


def _process(figures: Figures) -> tuple[str, bool]:
    one, pandas, listed = (figures[f"process/{name}"] for name in ("one", "pandas", "help"))
    share = one["cpu"] / pandas["cpu"]
    text = f"{_seconds(one['cpu'])} = {share:.1f} × `import pandas`; `--help` {_seconds(listed['cpu'])}"
    return text, share <= 2 and listed["cpu"] <= 0.15


def _batch(figures: Figures) -> tuple[str, bool]:
    alone, pair = (figures[f"run/{jobs}"]["given"] for jobs in (1, 2))
    share = alone / pair / 2
    return f"{share:.0%} at {figures['run/2']['books']} workbooks", share >= 0.95


def _around(figures: Figures) -> tuple[str, bool]:
    few, many = (figures[f"around/{books}"] for books in (1_000, 10_000))
    each, later = few["cpu"] / 1_000, many["cpu"] / 10_000
    text = f"{_seconds(each)} a workbook at 1,000, {_seconds(later)} at 10,000 ({many['peak']:,.0f} MB)"
    return text, later <= 1.2 * each


def _history(figures: Figures) -> tuple[str, bool]:
    shares = []
    for rows in (200, 10_000):
        found = figures[f"remembered/{rows}"]["given"]
        shares.append(found["with"] / found["without"] - 1)
    small, large = (f"{max(share, 0):.1%}" for share in shares)
    return f"{small} at 200 clients, {large} at 10,000", max(shares) <= 0.05


def _rate(figures: Figures) -> tuple[str, bool]:
    rate = figures["texts"]["rows"] / figures["texts"]["cpu"]
    return f"{rate:,.0f}/s", rate >= 5_000


GOALS = (
    Goal(
        "small workbook, warm", "420 ms", "≤ 120 ms, ≥ 8 × openpyxl", _night(200, 0.12, 8, math.inf, math.inf)
    ),
    Goal("unchanged, from its mark", "400–450 ms", "≤ 1 ms", _mark),
    Goal("unchanged, only the day matters", "400–450 ms", "≤ 60 ms", _cost("unchanged/200", 0.06)),
    Goal(
        "10,000 clients",
        "2.5–3.1 s, 472 MB",
        "≤ 1.0 s, ≥ 12 × openpyxl, ≤ the limit, ≤ 150 MB",
        _night(10_000, 1, 12, 1, 150),
    ),
    Goal(
        "200,000 clients",
        "77 s, 1.74 GB",
        "≤ 15 s, ≤ 0.7 × the limit, ≤ 500 MB",
        _night(200_000, 15, 0, 0.7, 500),
    ),
    Goal("1,000,000 clients", "–", "≤ 90 s, ≤ 2 GB", _night(1_000_000, 90, 0, math.inf, 2_048)),
    Goal("`new`, 10,000 rows", "9.6–30 s", "≤ 1 s, ≤ 250 MB", _cost("new/10000", 1, 250)),
    Goal("`new`, 200,000 rows", "515 s, 9.8 GB", "≤ 4 s, ≤ 250 MB", _cost("new/200000", 4, 250)),
    Goal("`import`, 10,000 rows", "17–32 s, 457 MB", "≤ 1.2 s", _cost("import/10000", 1.2)),
    Goal("whole process, one small workbook", "1.9 s", "≤ 2 × `import pandas`, `--help` ≤ 0.15 s", _process),
    Goal("run on two cores", "96 %", "≥ 95 % of twice one core's pace", _batch),
    Goal("a run beside its workbooks", "–", "the same a workbook up to 10,000", _around),
    Goal("history, of a night", "–", "≤ 5 %", _history),
    Goal("SMART texts", "~900/s", "≥ 5,000/s", _rate),
    Goal(
        "10,000 objectives, 10,000 readings",
        "6.6 s, 5.4 s",
        "≤ 1.5 s each",
        _both("objectives/10000", "readings/10000", seconds=1.5),
    ),
    Goal("a worker starts", "–", "≤ 50 ms", _cost("worker", 0.05)),
)


def _seconds(value: float) -> str:
    if value < 0.01:
        return f"{value * 1e3:.2g} ms"
    if value < 1:
        return f"{value * 1e3:.0f} ms"
    return f"{value:.1f} s" if value < 100 else f"{value:,.0f} s"


def _sizes(figures: Figures, subject: str = "night") -> list[int]:
    return sorted(int(size) for name, _, size in (key.partition("/") for key in figures) if name == subject)


# -- the page ------------------------------------------------------------------------------------------------


def _goals(figures: Figures) -> Iterator[str]:
    yield "| | before | goal | measured | |"
    yield "|---|---|---|---|---|"
    for goal in GOALS:
        try:
            text, is_met = goal.shown(figures)
        except KeyError:
            text, is_met = "not measured", False
        mark = "" if text == "not measured" else "reached" if is_met else "missed"
        yield f"| {goal.label} | {goal.before} | {goal.goal} | {text} | {mark} |"


def _table(figures: Figures) -> Iterator[str]:
    yield "| clients | | CPU | wall | peak MB | × the limit's CPU |"
    yield "|---|---|---|---|---|---|"
    labels = {key: label for key, (label, _) in SUBJECTS.items()}
    labels |= {"unchanged": "a night: nothing typed", "first": "the first night", "new": "`new`"}
    for rows in _sizes(figures):
        limit = figures.get(f"limit/{rows}", {}).get("cpu", math.nan)  # a long size may be stopped before
        for subject in ("night", "unchanged", "first", "new", "peer", "limit"):
            found = figures.get(f"{subject}/{rows}")
            if found is not None:
                wall = "–" if found["wall"] is None else _seconds(found["wall"])  # beside other programs
                times = f"{_seconds(found['cpu'])} | {wall} | {found['peak']:,.0f}"
                share = "–" if math.isnan(limit) else f"{found['cpu'] / limit:.2g}"
                yield f"| {rows:,} | {labels[subject]} | {times} | {share} |"


def write(folder: Path, figures: Figures) -> None:
    """Write the page and its picture.

    Arguments:
        folder: where ``performance.md`` and its picture go.
        figures: what was measured, by name.
    """
    days = sorted({found["on"] for found in figures.values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    machine = f"{platform.system()}, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        *TEXT.format(when=when, machine=machine).splitlines(),
        *_goals(figures),
        "",
        f"![CPU seconds of a night by number of clients]({PICTURE})",
        "",
        *_table(figures),
        "",
    ]
    picture = folder / PICTURE
    picture.parent.mkdir(parents=True, exist_ok=True)
    (folder / "performance.md").write_text("\n".join(lines), encoding="utf-8")
    picture.write_text(_picture(figures), encoding="utf-8")


# -- the picture -----------------------------------------------------------------------------------------

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
FONT = 'font-family="sans-serif" font-size="14" fill="#222"'


def _picture(figures: Figures) -> str:
    """CPU seconds by clients, both on logarithmic scales, each line with its name at its end."""
    lines = {
        subject: [(rows, figures[f"{subject}/{rows}"]["cpu"]) for rows in _sizes(figures, subject)]
        for subject in SUBJECTS
    }
    costs = [cost for points in lines.values() for _, cost in points]
    sizes = [rows for points in lines.values() for rows, _ in points]
    powers = range(math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs))) + 1)
    left, right = math.log10(min(sizes)), math.log10(max(sizes))

    def x(rows: float) -> float:
        share = (math.log10(rows) - left) / max(right - left, 1e-9)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(cost: float) -> float:
        share = (math.log10(cost) - powers[0]) / (powers[-1] - powers[0])
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="16">CPU seconds by number of clients</text>',
    ]
    for power in powers:
        at = y(10.0**power)
        parts += [
            f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>',
            f'<text x="{LEFT - 8}" y="{at + 5:.1f}" text-anchor="end">{10.0**power:,g} s</text>',
        ]
    for rows in sorted(set(sizes)):
        middle = f'<text x="{x(rows):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{rows:,}</text>'
        parts += [f'<path d="M{x(rows):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>', middle]
    ends = sorted((y(points[-1][1]), subject) for subject, points in lines.items() if points)
    name_at = TOP - 20.0
    for end, subject in ends:
        label, colour = SUBJECTS[subject]
        points = [(x(rows), y(cost)) for rows, cost in lines[subject]]
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4" fill="{colour}"/>' for across, down in points
        ]
        name, across = label.partition(":")[0], points[-1][0]
        if across < WIDTH - RIGHT:  # the others go on below its end
            spot = f'x="{across:.1f}" y="{end - 12:.1f}" text-anchor="end"'
        else:
            name_at = max(end + 5, name_at + 20)
            spot = f'x="{across + 12:.1f}" y="{name_at:.1f}"'
        parts.append(f'<text {spot} fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    docs = Path(__file__).parent.parent / "docs"
    write(docs, json.loads((docs / "performance.json").read_text(encoding="utf-8")))
