"""A name is forgotten, given out and purged where workbooks lie in a store, as where they lie in a folder."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fsspec
import pytest
from commands_run import run
from names_left import held_in

from strategy_xl.errors import Location, StrategyXlError, WorkbookError
from strategy_xl.runs.stores.keeping import keeping, note_address
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.store import Older

pytestmark = pytest.mark.xdist_group("stores")
TODAY = ["--today", "2027-03-02"]
NAME, OTHERS = "Anne Besnard", "Marc Cariou"
HIDDEN = ".strategy_xl"


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two workbooks, one with contacts."""
    folder = tmp_path_factory.mktemp("seed")
    for name, only in (("a", ["stakeholders", "--with-example"]), ("b", ["swot"])):
        order = ["new", folder / f"{name}.xlsx", "--only", *only, "--today", "2027-03-01"]
        assert run(*order).exit_code == 0
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@dataclass(frozen=True)
class Share:
    """A folder of a store."""

    root: RemotePath
    server: Any
    tmp_path: Path

    def held(self) -> list[str]:
        """What holds the name: of all objects of the store, and of all that is kept on this machine."""
        copy = self.tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        if self.root.protocol == "sftp":
            shutil.copytree(self.server.folder, copy)
        else:
            fs = store_of(self.root).fs
            for one in fs.call_s3("list_objects_v2", Bucket="plans").get("Contents", []):
                (copy / one["Key"]).parent.mkdir(parents=True, exist_ok=True)
                (copy / one["Key"]).write_bytes(fs.cat_file(f"plans/{one['Key']}"))
        return held_in(copy) + held_in(self.tmp_path / "state")

    def objects(self) -> set[str]:
        """Names of all objects."""
        found = store_of(self.root).everything(self.root)
        return {path.relative_to(self.root).as_posix() for path, _info in found}

    def fill(self, nights: Nights) -> Share:
        """Put there what is there after a night: made once for each kind of store, then copied."""
        state = self.tmp_path / "state"
        if self.root.root not in nights.made:
            self._night(nights.seed)
            kept = nights.folder / self.root.protocol
            shutil.copytree(state, kept)
            held = store_of(self.root).everything(self.root)
            nights.made[self.root.root] = kept, {path: store_of(path).read(path).content for path, _ in held}
            return self
        kept, objects = nights.made[self.root.root]
        shutil.copytree(kept, state, dirs_exist_ok=True)
        for path, content in objects.items():
            store_of(path).add(path, content)
        return self

    def _night(self, seed: dict[str, bytes]) -> None:
        """Put workbooks there, let a night go by, and everything else be there in which the name can be."""
        store, root = store_of(self.root), self.root
        for name, content in seed.items():
            store.add(root / name, content)
        assert run("recompute", root, *TODAY, "--jobs", 1).exit_code in {0, 1}
        store.add(root / "page.html", page(NAME).encode())
        store.add(root / "notes" / "liste.txt", b"nobody")
        kept = keeping(root)
        with closing(sqlite3.connect(kept / "journal.sqlite")) as connection, connection:
            failure = json.dumps({"code": "SX190", "detail": f"« {NAME} »"})
            connection.execute("UPDATE books SET failure = ?", (failure,))
        (kept / "errors.log").write_text(f"2027 {root}/a.xlsx\n'{NAME}'\n", encoding="utf-8")
        store.add(root / HIDDEN / "history.sqlite", (kept / "history.sqlite").read_bytes())
        gone = keeping(root / "gone")
        gone.mkdir()
        note_address(root / "gone")
        (gone / "errors.log").write_text(f"'{NAME}'\n", encoding="utf-8")


@dataclass(frozen=True)
class Nights:
    """What is there after a night in each store: what this machine keeps, and the objects."""

    seed: dict[str, bytes]
    folder: Path
    made: dict[str, tuple[Path, dict[RemotePath, bytes]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def nights(seed: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Made when they are asked for."""
    return Nights(seed, tmp_path_factory.mktemp("nights"))


@pytest.fixture(params=["s3", "sftp"])
def share(request: pytest.FixtureRequest, nights: Nights, tmp_path: Path) -> Share:
    """A folder of each store after a night."""
    server = request.getfixturevalue(request.param)
    address = "s3://plans" if request.param == "s3" else server.address
    return Share(RemotePath.parse(f"{address}/ventes"), server, tmp_path).fill(nights)


@pytest.fixture
def bucket(s3: Any, nights: Nights, tmp_path: Path) -> Share:
    """The one in a bucket."""
    return Share(RemotePath.parse("s3://plans/ventes"), s3, tmp_path).fill(nights)


def page(content: str) -> str:
    """A page of ours, as far as it is known by its beginning."""
    policy = "default-src &#x27;none&#x27;; style-src &#x27;sha256-x=&#x27;"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    packed = base64.b64encode(zlib.compress(f"{os.urandom(300).hex()}\0{content}".encode())).decode()
    return f"<!DOCTYPE html><html><head>{head}</head><script>{packed}</script></html>"


def test_no_byte_stays(share: Share) -> None:
    """Nothing holds the name, in the store and here; everybody else is there, and the next night is well."""
    places = share.held()
    for place in ("a.xlsx", "errors.log", "journal", "history", "backups", "page.html", "!blob"):
        assert any(place in found for found in places), place
    before = share.objects()
    if share.root.protocol == "sftp":  # what a run left that was killed while it wrote
        store_of(share.root).add(share.root / f".sx-{'a' * 24}.tmp", NAME.encode())
    dry = run("forget", NAME, share.root, "--kind", "person", "--workbooks", "--dry-run")
    assert str(share.root / "a.xlsx") in dry.output
    assert set(places) <= set(share.held())
    result = run("forget", NAME, share.root, "--kind", "person", "--workbooks", "--yes")
    assert result.exit_code == 0, result.output
    assert share.held() == []
    assert before - share.objects() == {"page.html"} | {name for name in before if "/backups/a.xlsx/" in name}
    assert OTHERS in run("export", OTHERS, share.root).output
    assert run("recompute", share.root, *TODAY, "--jobs", 1).exit_code in {0, 1}
    assert share.held() == []
    assert "Rien de ce qui est gardé" in run("forget", NAME, share.root).output


def test_without_the_workbooks_it_says_where_the_name_stays(bucket: Share) -> None:
    """What runs keep is clean; each workbook is named by its address with its cells."""
    result = run("forget", NAME, bucket.root, "--kind", "person", "--yes")
    assert result.exit_code == 1
    assert {place.partition("!")[0] for place in bucket.held()} == {"ventes/a.xlsx"}
    assert result.output.count("SX199") == 1
    assert f"{bucket.root}/a.xlsx SX199" in result.output


def test_all_that_is_held_in_one_text(share: Share, tmp_path: Path) -> None:
    """Rows, days in the history, mentions and files, each with its address."""
    out = tmp_path / "out.md"
    assert run("export", NAME, share.root, "--kind", "person", "-o", out).exit_code == 0
    text = out.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")
    for said in (
        f"### {share.root}/a.xlsx", "- Courriel : anne.besnard@", "## Dans l’historique", "errors.log",
        f"- {share.root}/page.html", f"- {share.root}/{HIDDEN}/history.sqlite",
        f"- {share.root}/{HIDDEN}/backups/a.xlsx/",
    ):  # fmt: skip
        assert said in text, said
    assert OTHERS not in text


def test_purge(bucket: Share) -> None:
    """Contacts of long ago go from the history that is kept here; the store is not even asked."""
    bucket.server.meddle = lambda _method, _path: "broken"
    file = keeping(bucket.root) / "history.sqlite"
    assert run("purge", bucket.root, "--today", "2027-03-02").output.startswith("0")
    assert NAME.encode() in file.read_bytes()
    result = run("purge", bucket.root, "--today", "2031-01-01")
    assert (result.exit_code, result.output.count("SX199")) == (1, 1)
    assert NAME.encode() not in file.read_bytes()
    with pytest.raises(StrategyXlError, match="SX964"):
        run("purge", "s3://elsewhere/plans")


def test_a_workbook_that_somebody_has_open_stays_and_is_told(bucket: Share) -> None:
    """The others are done."""
    store = store_of(bucket.root)
    store.add(bucket.root / "c.xlsx", store.read(bucket.root / "a.xlsx").content)
    store.add(bucket.root / ".~lock.a.xlsx#", b",Anne,pc,,;")
    result = run("forget", NAME, bucket.root, "--workbooks", "--yes")
    assert result.exit_code == 1
    assert f"{bucket.root}/a.xlsx SX113" in result.output
    assert {place.partition("!")[0] for place in bucket.held()} == {"ventes/a.xlsx"}


def test_somebody_saves_in_between(
    bucket: Share, monkeypatch: pytest.MonkeyPatch, seed: dict[str, bytes]
) -> None:
    """Once: the work starts over with what he saved. All the time: it is his, and told."""
    store, book = store_of(bucket.root), bucket.root / "a.xlsx"
    real = store.replace
    saved = iter([seed["a.xlsx"]])

    def late(path: RemotePath, new: bytes, held: Any) -> None:
        for content in saved:
            store.add(book, content)
        real(path, new, held)

    monkeypatch.setattr(store, "replace", late)
    assert run("forget", NAME, bucket.root, "--workbooks", "--yes").exit_code == 0
    assert bucket.held() == []
    store.add(book, seed["a.xlsx"])
    saved = iter([])

    def ever(path: RemotePath, new: bytes, held: Any) -> None:
        store.add(book, store.read(book).content + b" ")
        real(path, new, held)

    monkeypatch.setattr(store, "replace", ever)
    result = run("forget", NAME, bucket.root, "--workbooks", "--yes")
    assert result.exit_code == 1
    assert f"{book} SX916" in result.output
    assert store.read(book).content == seed["a.xlsx"] + b"  "


@pytest.mark.parametrize("fault", ["503", "lost"])
def test_a_store_that_falters(bucket: Share, fault: str) -> None:
    """Busy, or an answer that is lost, in each write and deletion: tried again."""
    met: set[tuple[str, str]] = set()

    def once(method: str, path: str) -> str | None:
        if method not in {"PUT", "DELETE"} or "probe" in path or (method, path) in met:
            return None
        met.add((method, path))
        return fault

    bucket.server.meddle = once
    result = run("forget", NAME, bucket.root, "--workbooks", "--yes")
    bucket.server.meddle = lambda _method, _path: None
    assert result.exit_code == 0, result.output
    assert {method for method, _path in met} == {"PUT", "DELETE"}
    assert bucket.held() == []


def test_a_store_that_stays_away(bucket: Share) -> None:
    """What cannot be written or deleted is told by its address; all that is kept here is clean."""
    bucket.server.meddle = lambda method, _path: "503" if method in {"PUT", "DELETE"} else None
    result = run("forget", NAME, bucket.root, "--workbooks", "--yes")
    bucket.server.meddle = lambda _method, _path: None
    assert result.exit_code == 1
    assert f"{bucket.root}/a.xlsx SX812" in result.output, result.output
    assert f"{bucket.root}/page.html SX812" in result.output
    held = {place.partition("!")[0] for place in bucket.held()}
    assert "ventes/a.xlsx" in held
    assert all(place.startswith("ventes/") for place in held)
    bucket.server.meddle = lambda _method, _path: "403"
    result = run("forget", NAME, bucket.root, "--workbooks", "--yes")
    assert result.exit_code == 1
    assert f"{bucket.root} SX813" in result.output


def test_a_bucket_that_keeps_versions(s3: Any, nights: Nights, tmp_path: Path) -> None:
    """Older versions that hold the name are counted and told with the remedy, never deleted by us."""
    share = Share(RemotePath.parse("s3://plans/ventes"), s3, tmp_path).fill(nights)
    store, book = store_of(share.root), share.root / "a.xlsx"
    fs = store.fs
    switch = {"Bucket": "plans", "VersioningConfiguration": {"Status": "Enabled"}}
    fs.call_s3("put_bucket_versioning", **switch)
    for content in (nights.seed["a.xlsx"], store.read(book).content):
        store.add(book, content)
    before = versions(fs)
    dry = run("forget", NAME, share.root, "--workbooks", "--dry-run")
    # a.xlsx as it was, as it was made, as it is; its earlier version, the page, the copy of the history
    assert "SX820 le compartiment garde encore 6 anciennes versions" in dry.output, dry.output
    exported = run("export", NAME, share.root).output
    assert exported.count("ventes/a.xlsx (") == 2
    result = run("forget", NAME, share.root, "--workbooks", "--yes")
    assert result.exit_code == 1
    assert result.output.count("SX820") == 1
    assert share.held() == []
    assert set(before) <= set(versions(fs))
    again = run("forget", NAME, share.root, "--workbooks", "--yes")
    assert "SX820 le compartiment garde encore 6 anciennes versions" in again.output
    assert '--bucket plans --prefix "ventes"' in again.output
    for key, version in versions(fs, shown=False):
        fs.call_s3("delete_object", Bucket="plans", Key=key, VersionId=version)
    done = run("forget", NAME, share.root, "--workbooks", "--yes")
    assert (done.exit_code, "SX820" in done.output) == (0, False), done.output


def versions(fs: Any, *, shown: bool = True) -> list[tuple[str, str]]:
    """Key and version of all that the bucket keeps; of what nobody sees any more."""
    found = fs.call_s3("list_object_versions", Bucket="plans")["Versions"]
    return [(one["Key"], one["VersionId"]) for one in found if shown or not one["IsLatest"]]


def test_versions_that_nobody_may_list(bucket: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is told, and the rest done; so is what was not looked into."""

    def refused(folder: RemotePath) -> Any:
        raise WorkbookError("SX813", Location(str(folder)), detail="AccessDenied")

    store = store_of(bucket.root)
    monkeypatch.setattr(store, "older", refused)
    result = run("forget", NAME, bucket.root, "--workbooks", "--yes")
    assert result.exit_code == 1
    assert "SX821" in result.output
    assert "AccessDenied" in result.output
    assert bucket.held() == []
    assert "SX821" in run("export", NAME, bucket.root).output
    older = [Older(bucket.root / "a.xlsx", "1", "x", 1 << 30, is_shown=False, stays=True)]
    monkeypatch.setattr(store, "older", lambda _folder: iter(older))
    assert "SX822" in run("forget", NAME, bucket.root, "--workbooks").output


def test_what_cannot_be(share: Share) -> None:
    """Nothing there, a workbook in a folder's place: told before anything is done."""
    before = share.held()
    for address, code in ((share.root / "nothing", "SX107"), (share.root / "a.xlsx", "SX823")):
        with pytest.raises(StrategyXlError, match=code):
            run("forget", NAME, address, "--yes")
    assert share.held() == before


def test_a_store_that_can_only_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: dict[str, bytes]
) -> None:
    """It gives out what is held; a workbook in it is left, and that is told."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    files = fsspec.filesystem("memory")
    files.pipe("/share/a.xlsx", seed["a.xlsx"])
    assert "### memory" in run("export", NAME, "memory://share").output
    result = run("forget", NAME, "memory://share", "--workbooks", "--yes")
    assert result.exit_code == 1
    assert "memory://share/a.xlsx SX814" in result.output
    assert files.cat("/share/a.xlsx") == seed["a.xlsx"]
    files.rm("/share", recursive=True)
