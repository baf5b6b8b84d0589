"""Take all sheets of a built workbook over into somebody else's, which can be given back as it was.

``Splice`` puts them in; added here is the record of what was there before (``graft_record``), by which
``releasing`` takes them out. Sheets that stay are no graft: ``lone_sheets``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from strategy_xl.ooxml import graft_record
from strategy_xl.ooxml.graft_record import GraftRecord, KeptPart, checksum
from strategy_xl.ooxml.package import Package, part_key
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.ungrafting import without_sheets, without_targets, without_types
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_bytes import as_utf8


def graft(job: PatchJob, source: Package, marks: Mapping[str, str], digest: str) -> None:
    """Put all sheets and names of a source behind the sheets of a workbook.

    New parts get names that are free; of the others only the list of sheets, the relations, the content types
    and the styles get longer. A record of what they were is added (``ooxml.graft_record``).

    Arguments:
        job: the patch of the workbook.
        source: the package with the sheets; none of their titles, tables and names is in the workbook.
        marks: hidden names to define, and what they stand for.
        digest: checksum of the workbook's file.

    Errors: PatchRefusedError SX138 for a workbook in a form to which nothing can be added.
    """
    built = WorkbookInfo(source)
    splice = Splice(job, source)
    splice.sheets(sheet.name for sheet in built.sheets)
    splice.names(lambda _: True, frozenset())
    for name, text in marks.items():
        splice.name(name, text)
    record = splice.attach(graft_record.PART, graft_record.RELATION, graft_record.TYPE, b"")
    splice.attach(
        graft_record.PROPERTIES,
        graft_record.PROPERTIES_RELATION,
        graft_record.PROPERTIES_TYPE,
        graft_record.identity(digest),
        of=record,
    )
    splice.finish()
    names = {name.name for name in built.defined_names if name.scope is None} | set(marks)
    titles = {sheet.name for sheet in built.sheets}
    job.added[record] = GraftRecord(
        digest,
        {part: _kept(job, part, titles, names) for part in job.replaced},
        tuple(job.added),
        tuple(sorted(names)),
    ).to_xml()


def _kept(job: PatchJob, part: str, titles: set[str], names: set[str]) -> KeptPart:
    """A part as it was and as it has become."""
    content = job.replaced[part]
    assert isinstance(content, bytes)
    bare = checksum(bare_part(job.info, part, content, titles, names, {part_key(name) for name in job.added}))
    return KeptPart(job.package.read(part), checksum(content), bare)


def bare_part(
    info: WorkbookInfo, part: str, content: bytes, titles: set[str], names: set[str], removed: set[str]
) -> bytes:
    """A part without what is said in it of some sheets, names and parts; in UTF-8.

    Arguments:
        info: the workbook.
        part: the part; only the workbook's own, its relations and the content types say anything of these.
        content: what it holds.
        titles: of the sheets.
        names: defined names of the workbook.
        removed: the parts, as ``part_key`` names them.
    """
    data = as_utf8(content)
    edits = {
        info.part: partial(without_sheets, titles=titles, is_ours=names.__contains__),
        info.package.relations_of(info.part): partial(
            without_targets, folder=info.part.rpartition("/")[0], removed=removed
        ),
        info.package.find("[Content_Types].xml"): partial(without_types, removed=removed),
    }
    return edits[part](data) if part in edits else data
