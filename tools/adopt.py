"""Adopt every workbook of a folder, and look for anything of it that was not to change.

Run: ``python tools/adopt.py FOLDER`` (``make adopt FOLDER=…``). On copies, each workbook takes our sheets in;
then all that is not ours is compared byte for byte, two auditors look at it, two nights go over it,
LibreOffice draws its own sheets before and after, and the sheets are taken out again. Exit code 1 when
anything was lost. ``--no-pictures`` leaves LibreOffice out, ``--modules`` takes fewer sheets.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

from lossless import workbooks
from render import PDF_FILTER
from supervised import BAD, OK, Limits, OracleError, Outcome, Supervised

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / name) for name in ("auditing", "hosts")]

from complaints import by_package, by_schema  # noqa: E402 - the auditors of the tests

from strategy_xl.schema.loader import load_default  # noqa: E402 - as above
from strategy_xl.text.catalog import message  # noqa: E402
from strategy_xl.work.adopt import AdoptionReport, AdoptionWish, adopt_workbook  # noqa: E402
from strategy_xl.work.recompute import recompute_workbook  # noqa: E402
from strategy_xl.work.release import release_workbook  # noqa: E402

LIMITS = Limits(cpu=240, wall=1200, memory=3 << 30)
TODAY = date(2027, 3, 1)
_CHANGES = re.compile(rb'\s(?:count|fullCalcOnLoad)="\w+"')
"""What may change in a listing: how long it is, and whether Excel is to calculate."""
_ADVICE = "inline-string"
"""Of texts in cells an auditor says that Excel will move them: advice, not a fault."""


class Job(NamedTuple):
    """A workbook, the modules that it is to take in, and where the result is left for the pictures."""

    path: Path
    modules: tuple[str, ...]
    kept: Path


def treat(job: Job) -> AdoptionReport:
    """Adopt a copy, look at it from all sides, and release it.

    Errors: WorkbookError when it is refused, OracleError when something is not as it should be.
    """
    before, wish = job.path.read_bytes(), AdoptionWish("fr", TODAY, modules=job.modules)
    with tempfile.TemporaryDirectory() as scratch:
        target, bare = Path(scratch, job.path.name), Path(scratch, "released" + job.path.suffix)
        try:
            report = adopt_workbook(job.path, target, load_default(), wish, backups=0)
        finally:
            if job.path.read_bytes() != before:
                raise OracleError("the source itself was changed")
        unchanged(job.path, target)
        audited(job.path, target)
        two_nights(job.path, target)
        shutil.copy(target, job.kept)
        release_workbook(target, bare, backups=0)
        same_parts(job.path, bare)
    return report


def parts_of(path: Path) -> dict[str, bytes]:
    """The parts of a package."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def unchanged(source: Path, target: Path) -> None:
    """Every part is as it was, or only longer: four of them, and the old bytes stand in it in their order.

    Errors: OracleError.
    """
    old, new = parts_of(source), parts_of(target)
    for name, content in old.items():
        if new.get(name) == content:
            continue
        key = name.lower()
        is_listing = key.endswith(("content_types].xml", ".rels", "workbook.xml")) or "styles" in key
        if not is_listing or name not in new:
            raise OracleError(name + " has changed")
        counted = [_CHANGES.sub(b"", part) for part in (content, new[name])]
        if not _within(*counted):
            raise OracleError(name + " has lost something")


def _within(old: bytes, new: bytes) -> bool:
    """Whether a part stands in a longer one, tag by tag in its order."""
    left = iter(re.split(rb"(?<=>)", new))
    return all(any(_same(piece, other) for other in left) for piece in re.split(rb"(?<=>)", old))


def _same(old: bytes, new: bytes) -> bool:
    """Whether a tag is one of old, also with an attribute more, and opened where it was empty."""
    if old.strip() == new.strip():
        return True
    plain_old, plain_new = old.strip().rstrip(b"/> "), new.strip().rstrip(b"/> ")
    return len(plain_old) > 1 and plain_new.startswith(plain_old)


def audited(source: Path, target: Path) -> None:
    """No auditor finds anything that it did not find before.

    Errors: OracleError.
    """
    for audit in (by_package, by_schema):
        found = audit(target)
        new = [text for text in (found - audit(source) if found else ()) if _ADVICE not in text]
        if new:
            raise OracleError("rejected: " + "; ".join(new[:3]))


def two_nights(source: Path, target: Path) -> None:
    """A night can be done, a second one writes nothing, and neither touches what is not ours.

    Errors: OracleError.
    """
    for night in (1, 2):
        before = target.read_bytes()
        report = recompute_workbook(target, load_default(), TODAY, backups=0)
        if report.failure is not None:
            raise OracleError(str(night) + ". night: " + report.failure.code)
        if night > 1 and target.read_bytes() != before:
            raise OracleError("the second night writes")
    unchanged(source, target)


def same_parts(source: Path, target: Path) -> None:
    """What was released is what was adopted, part by part.

    Errors: OracleError.
    """
    old, new = parts_of(source), parts_of(target)
    if list(old) != list(new):
        raise OracleError("not the same parts after release")
    different = [name for name in old if old[name] != new[name]]
    if different:
        raise OracleError("not given back: " + ", ".join(different))


# -- pictures ----------------------------------------------------------------------------------------------


def pictures(pairs: list[tuple[Path, Path]], scratch: Path) -> dict[Path, str]:
    """Draw the sheets of each workbook before and after, hidden ones too; "" where all are the same.

    Arguments:
        pairs: the workbook as it was, and with our sheets.
        scratch: an empty folder.
    """
    names = {path: f"{number:03d}{path.suffix}" for number, (path, _) in enumerate(pairs)}
    folders = {kind: scratch / kind for kind in ("before", "after", "again")}
    for folder in folders.values():
        folder.mkdir()
    for path, adopted in pairs:
        shutil.copy(path, folders["before"] / names[path])
        shutil.copy(adopted, folders["after"] / names[path])
    for kind in ("before", "after"):
        draw(sorted(folders[kind].iterdir()), folders[kind], scratch)
    found = {}
    for path, _ in pairs:
        pdf = Path(names[path]).with_suffix(".pdf").name
        old, new = (pages(folders[kind] / pdf) for kind in ("before", "after"))
        if not old:
            found[path] = "not drawn"
        elif old == new[: len(old)]:  # our sheets come behind
            found[path] = ""
        else:
            again = folders["again"] / names[path]
            shutil.copy(path, again)
            draw([again], folders["again"], scratch)
            steady = pages(folders["again"] / pdf) == old
            found[path] = "OTHER PICTURES" if steady else "draws itself otherwise each time"
    return found


def draw(books: list[Path], folder: Path, scratch: Path) -> None:
    """PDFs of workbooks, a page a sheet, with one LibreOffice; one at a time where it breaks down."""
    soffice = shutil.which("soffice")
    if soffice is None:
        raise SystemExit("LibreOffice (soffice) is needed, or --no-pictures")
    profile = (scratch / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", PDF_FILTER]
    for batch in ([books], [[book] for book in books]):
        for some in batch:
            left = [book for book in some if not (folder / book.name).with_suffix(".pdf").exists()]
            if left:
                subprocess.run(  # noqa: S603 - our own command line
                    [*command, "--outdir", str(folder), *map(str, left)],
                    check=False,
                    capture_output=True,
                    timeout=60 + 30 * len(left),
                )


def pages(pdf: Path) -> list[bytes]:
    """The pictures of a PDF's pages; none when there is no PDF."""
    if not pdf.exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-png", "-r", "60", str(pdf), f"{folder}/p"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - as above
        return [page.read_bytes() for page in sorted(Path(folder).iterdir())]


# -- the whole ---------------------------------------------------------------------------------------------


def told(outcome: Outcome) -> str:
    """The outcome in a cell of the table."""
    if outcome.kind == OK:
        return "adopted, released"
    if outcome.kind in BAD:
        return f"**{outcome.kind.upper()}** {outcome.detail.strip().splitlines()[-1][:200]}"
    return f"refused {outcome.detail}"


def run(folder: Path, modules: tuple[str, ...], *, draws: bool, limits: Limits = LIMITS) -> int:
    """Treat a folder and print the table; the number of faults."""
    files = workbooks(folder)
    outcomes: dict[Path, Outcome] = {}
    drawn: dict[Path, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        done = Path(scratch, "adopted")
        done.mkdir()
        kept = {path: done / f"{number:03d}{path.suffix}" for number, path in enumerate(files)}
        with Supervised(treat, limits) as treatment:
            for path in files:
                outcomes[path] = treatment(Job(path, modules, kept[path]))
                print(f"{path.name}: {told(outcomes[path])}", file=sys.stderr, flush=True)
        if draws:
            work = Path(scratch, "drawn")
            work.mkdir()
            drawn = pictures([(path, kept[path]) for path in files if kept[path].exists()], work)
    return _table(folder, outcomes, drawn)


def _table(folder: Path, outcomes: dict[Path, Outcome], drawn: dict[Path, str]) -> int:
    print("| file | outcome | own sheets drawn | kept |\n|---|---|---|---|")
    counts, kinds, codes, looks = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for path, outcome in outcomes.items():
        held = outcome.value.kept if outcome.kind == OK else {}
        kinds.update(held.keys())
        counts["fault" if outcome.kind in BAD else outcome.kind] += 1
        codes[outcome.detail if outcome.kind not in {OK, *BAD} else ""] += 1
        look = "" if path not in drawn else drawn[path] or "the same"
        looks[look] += bool(look)
        shown = ", ".join(message(f"adopt.kind.{kind}", "en", n=count) for kind, count in held.items())
        print(f"| {path.relative_to(folder)} | {told(outcome).replace('|', '¦')} | {look} | {shown} |")
    refused = {code: count for code, count in codes.items() if code}
    print(
        f"\n{len(outcomes)} files: {counts[OK]} adopted and released, {sum(refused.values())} refused", end=""
    )
    print(f" ({', '.join(f'{code} × {count}' for code, count in refused.items()) or 'none'}), ", end="")
    print(f"{counts['fault']} faults.")
    print("Drawn: " + (", ".join(f"{look} × {n}" for look, n in looks.items() if n) or "nothing") + ".")
    listed = (
        f"{message(f'adopt.kind.{kind}', 'en', n=2).lstrip('2 ')} in {n}" for kind, n in kinds.most_common()
    )
    print("Kept, by number of files: " + ", ".join(listed) + ".")
    return counts["fault"] + looks["OTHER PICTURES"]


def main() -> int:
    """Parse the command line and run; 1 when there are faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--modules", default="", help="keys of modules, separated by commas; all without")
    parser.add_argument("--no-pictures", action="store_true")
    options = parser.parse_args()
    shared = Path(os.environ.get("STRATEGY_XL_SHARED", Path(__file__).parents[2] / "shared"))
    folder = options.folder or shared / "corpus"
    if not folder.is_dir():
        parser.error(f"no folder {folder}")
    modules = tuple(key for key in options.modules.split(",") if key)
    return int(run(folder, modules, draws=not options.no_pictures) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
