"""``diff`` and ``merge`` on the command line, and from a real git: difftool, textconv, merge driver."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strategy_xl.book.read import read_workbook
from strategy_xl.commands import cli
from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default

TODAY = ["--today", "2027-03-01"]
COMMAND = f"{shlex.quote(sys.executable)} -P -m strategy_xl"
DRIVER = f"{COMMAND} merge %O %A %B -o %A --backup none --name %P"
SPEC = load_default()


def run(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with three clients; not to be changed."""
    folder = tmp_path_factory.mktemp("diff")
    path, listed = folder / "plan.xlsx", folder / "liste.csv"
    assert run("new", path, "--only", "client_matrix", *TODAY).exit_code == 0
    listed.write_text("Nom;Chiffre d'affaires\nArdoise;1000\nBelloc;2000\nCidrerie;3000\n", encoding="utf-8")
    assert run("import", listed, "--into", path, "--module", "clients", "--backup", "none").exit_code == 0
    return path


def put(source: Path, target: Path, key: str, at: int, value: object) -> Path:
    """A copy with one cell of one client changed."""
    block = read_workbook(source, SPEC).blocks["clients"]
    set_cells(source, target, {block.sheet: {block.cell(key, int(block.rows.index[at])): value}})
    return target


@pytest.fixture(scope="module")
def copies(plan: Path) -> tuple[Path, Path]:
    """What two people made of it: a conflict on Ardoise, and one change each."""
    folder = plan.parent
    a = put(put(plan, folder / "a1.xlsx", "revenue", 0, 1111), folder / "a.xlsx", "hours", 1, 5)
    b = put(
        put(plan, folder / "b1.xlsx", "revenue", 0, 1234), folder / "b.xlsx", "note", 2, "<b>rappeler</b>"
    )
    return a, b


def revenue_and_note(path: Path) -> tuple[list[float], list[object], list[object]]:
    """What stands in the workbook."""
    rows = read_workbook(path, SPEC).blocks["clients"].rows
    return ([*rows.array("revenue").tolist()], [*rows.array("hours").tolist()], list(rows.values("note")))


# -- the commands --------------------------------------------------------------------------------------------


def test_exit_codes_and_forms_of_diff(plan: Path, copies: tuple[Path, Path], tmp_path: Path) -> None:
    """0 for the same, 1 for differences; words, JSON and a page that is only text."""
    same = run("diff", plan, plan)
    assert (same.exit_code, same.output.splitlines()[-1]) == (0, "Aucune différence.")
    page = tmp_path / "page.html"
    found = run("diff", plan, copies[1], "--html", page)
    assert found.exit_code == 1
    assert "Ardoise, CA 12 mois" in found.output
    content = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;rappeler" in content
    assert "<b>rappeler" not in content
    assert "script" not in content.replace("default-src", "")
    data = json.loads(run("diff", plan, copies[1], "--json").output)
    cells = {(cell["name"], cell["field"]): cell["after"] for cell in data["blocks"][0]["cells"]}
    assert cells == {("Ardoise", "revenue"): 1234.0, ("Cidrerie", "note"): "<b>rappeler</b>"}
    quiet = run("diff", "-q", plan, copies[0])
    assert (quiet.exit_code, quiet.output) == (1, "")


def test_what_is_no_workbook_is_told(plan: Path, tmp_path: Path) -> None:
    """Another file, one that is not there, and too few of them: located, and nothing is written."""
    other = tmp_path / "texte.xlsx"
    other.write_text("rien", encoding="utf-8")
    for bad, code in ((other, "SX901"), (tmp_path / "absent.xlsx", "SX918")):
        with pytest.raises(WorkbookError) as error:
            CliRunner().invoke(cli, ["diff", str(plan), str(bad)], catch_exceptions=False)
        assert (error.value.finding.code, error.value.finding.location.workbook) == (code, str(bad))
    assert run("diff", plan).exception.finding.code == "SX502"  # type: ignore[union-attr] # a UsageError
    assert run("merge", plan, other, plan, "-o", tmp_path / "out.xlsx").exit_code != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["texte.xlsx"]


def test_merge_tells_and_writes(plan: Path, copies: tuple[Path, Path], tmp_path: Path) -> None:
    """A dry run writes nothing; a conflict is exit code 1 with both values; a preference settles it."""
    out = tmp_path / "out.xlsx"
    dry = run("merge", plan, *copies, "-o", out, "--dry-run")
    assert dry.exit_code == 1
    assert "Rien n’est écrit" in dry.output
    assert not out.exists()
    page = tmp_path / "page.html"
    done = run("merge", plan, *copies, "-o", out, "--json", "--html", page)
    assert done.exit_code == 1
    (conflict,) = json.loads(done.output)["conflicts"]
    assert {key: conflict[key] for key in ("name", "field", "base", "a", "b", "kept")} == {
        "name": "Ardoise", "field": "revenue", "base": 1000.0, "a": 1111.0, "b": 1234.0, "kept": "a",
    }  # fmt: skip
    assert "SX510" not in page.read_text(encoding="utf-8")
    assert revenue_and_note(out)[0] == [1111.0, 2000.0, 3000.0]
    assert revenue_and_note(out)[2] == [None, None, "<b>rappeler</b>"]
    assert run("merge", plan, *copies, "-o", out).exception.finding.code == "SX144"  # type: ignore[union-attr]
    settled = run("merge", plan, *copies, "-o", out, "--force", "--prefer", "b", "--backup", "none")
    assert settled.exit_code == 0
    assert revenue_and_note(out)[0] == [1234.0, 2000.0, 3000.0]


# -- git -----------------------------------------------------------------------------------------------------


class Repository:
    """A repository whose git knows our commands, as docs/diff.md says."""

    def __init__(self, folder: Path) -> None:
        """Begin one."""
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        (folder / ".gitattributes").write_text(
            "*.xlsx diff=strategy-xl merge=strategy-xl\n", encoding="utf-8"
        )
        for key, value in {
            "user.name": "Anne",
            "user.email": "anne@example.org",
            "diff.strategy-xl.textconv": f"{COMMAND} diff --textconv",
            "merge.strategy-xl.name": "workbooks",
            "merge.strategy-xl.driver": DRIVER,
            "difftool.strategy-xl.cmd": f'{COMMAND} diff "$LOCAL" "$REMOTE"',
            "mergetool.strategy-xl.cmd": f'{COMMAND} merge "$BASE" "$LOCAL" "$REMOTE" -o "$MERGED" --force',
            "mergetool.strategy-xl.trustExitCode": "true",
        }.items():
            self.git("config", key, value)

    def git(self, *arguments: str, fails: bool = False) -> str:
        """Run git; what it says."""
        environment = {**os.environ, "GIT_PAGER": "cat", "STRATEGY_XL_LANG": "fr"}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert bool(done.returncode) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, source: Path, message: str) -> None:
        """Put a version of the workbook in, and commit it."""
        shutil.copyfile(source, self.folder / "plan.xlsx")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)


@pytest.fixture(scope="module")
def repository(plan: Path, copies: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository in which two branches changed one workbook."""
    if shutil.which("git") is None:
        pytest.skip("git is missing")
    found = Repository(tmp_path_factory.mktemp("repository"))
    found.commit(plan, "plan")
    found.git("checkout", "-q", "-b", "anne")
    found.commit(copies[0], "Anne")
    found.git("checkout", "-q", "-b", "paul", "main")
    found.commit(copies[1], "Paul")
    return found


def test_git_diff_shows_lines(repository: Repository) -> None:
    """``git diff`` and ``git log -p`` show what people typed, a line a cell (textconv)."""
    shown = repository.git("diff", "main", "paul")
    assert "-Matrice clients – Vos clients | Ardoise | CA 12 mois = 1\u202f000\xa0€".replace(
        "\u202f", " "
    ).replace("\xa0", " ") in shown.replace("\u202f", " ").replace("\xa0", " ")
    assert "+Matrice clients – Vos clients | Cidrerie | Note = <b>rappeler</b>" in shown
    assert "Binary" not in shown


def test_git_difftool_and_external_diff_tell_in_words(repository: Repository) -> None:
    """``git difftool`` and ``diff.….command`` run our diff; a new or broken file stops neither."""
    told = repository.git("difftool", "-y", "-t", "strategy-xl", "main", "paul")
    assert "Ardoise, CA 12 mois" in told
    external = f"diff.strategy-xl.command={COMMAND} diff --git"
    assert "Ardoise, CA 12 mois" in repository.git("-c", external, "diff", "main", "paul")
    (repository.folder / "neuf.xlsx").write_text("rien", encoding="utf-8")
    repository.git("add", "neuf.xlsx")
    assert "Nouveau classeur" in repository.git("-c", external, "diff", "--cached")
    assert "SX901" in repository.git("diff", "--cached")
    repository.git("rm", "-q", "-f", "--cached", "neuf.xlsx")
    (repository.folder / "neuf.xlsx").unlink()


def test_git_merge_puts_two_branches_together(repository: Repository) -> None:
    """``git merge`` runs our merge: a conflict is git's conflict, with both values told and nothing lost."""
    repository.git("checkout", "-q", "-b", "both", "anne")
    said = repository.git("merge", "paul", fails=True)
    assert "SX510" in said
    assert "CONFLICT" in said
    book = repository.folder / "plan.xlsx"
    assert revenue_and_note(book)[0] == [1111.0, 2000.0, 3000.0]
    assert revenue_and_note(book)[2] == [None, None, "<b>rappeler</b>"]
    assert "plan.xlsx!Matrice clients" in said
    assert revenue_and_note(book)[1][1] == 5.0
    repository.git("merge", "--abort")
    repository.git(
        "config", "merge.strategy-xl.driver", f"{COMMAND} merge %O %A %B -o %A --backup none --prefer b"
    )
    repository.git("merge", "-m", "Anne et Paul", "paul")
    assert revenue_and_note(book)[0] == [1234.0, 2000.0, 3000.0]


def test_git_mergetool(repository: Repository) -> None:
    """``git mergetool`` runs our merge for a file that git could not merge itself."""
    repository.git("checkout", "-q", "-b", "tool", "anne")
    (repository.folder / ".gitattributes").write_text("*.xlsx -merge\n", encoding="utf-8")
    repository.git("commit", "-q", "-a", "-m", "no driver")
    repository.git("merge", "paul", fails=True)
    said = repository.git("mergetool", "-y", "-t", "strategy-xl", "plan.xlsx", fails=True)
    assert "SX510" in said
    assert revenue_and_note(repository.folder / "plan.xlsx")[0] == [1111.0, 2000.0, 3000.0]
