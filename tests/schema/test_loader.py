"""Reading the template files: a user's folder on top, the order of sheets, errors that name file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from strategy_xl.errors import TemplateError
from strategy_xl.schema.loader import load, load_default
from strategy_xl.schema.spec import FieldRole, TableBlock

TWELVE_LINES = """\
sheet = { fr = "Salons", en = "Trade fairs" }
title = { fr = "Salons professionnels", en = "Trade fairs" }
group = "analysis"
after = "journey"
[[blocks]]
kind = "table"
key = "fairs"
fields = [
  { key = "name", label = { fr = "Salon", en = "Fair" }, required = true },
  { key = "cost", label = { fr = "Coût", en = "Cost" }, type = "money" },
  { key = "leads", label = { fr = "Leads", en = "Leads" }, type = "integer" },
  { key = "each", label = { fr = "Prix", en = "Price" }, role = "computed", formula = "=[cost]/[leads]" }]
"""


def _write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def _refused(folder: Path) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        load(folder)
    return caught.value


def test_a_twelve_line_file_is_a_new_module(tmp_path: Path) -> None:
    """A dozen lines of TOML in a folder give a sheet, placed after the one they name, all others kept."""
    assert len(TWELVE_LINES.splitlines()) == 12
    spec = load(_write(tmp_path, "fairs.toml", TWELVE_LINES))
    keys = [module.key for module in spec.modules]
    assert keys.index("fairs") == keys.index("journey") + 1
    assert [key for key in keys if key != "fairs"] == [module.key for module in load_default().modules]
    block = spec.module("fairs").blocks[0]
    assert isinstance(block, TableBlock)
    assert (block.table_name, block.identity_key) == ("Fairs", "name")
    assert [field.role for field in block.fields][-1] is FieldRole.COMPUTED


def test_a_module_that_names_no_place_goes_before_the_settings(tmp_path: Path) -> None:
    """Without ``after`` a new sheet stands just before the settings."""
    text = TWELVE_LINES.replace('after = "journey"\n', "")
    keys = [module.key for module in load(_write(tmp_path, "fairs.toml", text)).modules]
    assert keys[-2:] == ["fairs", "settings"]


def test_a_file_of_the_same_name_replaces_the_program_s(tmp_path: Path) -> None:
    """A user's own ``prospects.toml`` stands for the program's, in the same place."""
    before = [module.key for module in load_default().modules]
    after = load(_write(tmp_path, "prospects.toml", TWELVE_LINES.replace('after = "journey"\n', "")))
    assert [module.key for module in after.modules] == before
    assert [block.key for block in after.module("prospects").blocks] == ["fairs"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('type = "integer"', 'type = "integr"', "blocks[1](fairs).fields[3](leads).type"),
        ('group = "analysis"', 'grup = "analysis"', "grup"),
        ('fr = "Salons"', 'fr = "Salons/Foires"', "sheet.fr"),
        ("required = true", "required = true, wide = 3", "blocks[1](fairs).fields[1](name).wide"),
        ('role = "computed", ', "", "blocks[1](fairs).fields[4](each)"),
    ],
)
def test_a_wrong_entry_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    """What is misspelt, too much or contradictory is refused with the file and the path of the key."""
    assert old in TWELVE_LINES
    finding = _refused(_write(tmp_path, "fairs.toml", TWELVE_LINES.replace(old, new))).finding
    assert (finding.code, finding.location.workbook, finding.args["key"]) == ("SX102", "fairs.toml", key)


@pytest.mark.parametrize(
    ("old", "new", "reference"),
    [
        ("[cost]/[leads]", "[price]/[leads]", "price"),
        ("[cost]/[leads]", "@hourly_price/[leads]", "params.hourly_price"),
        ("[cost]/[leads]", "SUM(clients[turnover])", "clients.turnover"),
        ("[cost]/[leads]", "#client_class.golden", "client_class.golden"),
        ('type = "money" }', 'type = "choice", choices = "moods" }', "moods"),
        ('type = "money" }', 'source = "clients[nickname]" }', "clients.nickname"),
        ('group = "analysis"', 'group = "misc"', "misc"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(
    tmp_path: Path, old: str, new: str, reference: str
) -> None:
    """A column, setting, list, choice or group that does not exist is named with the file."""
    finding = _refused(_write(tmp_path, "fairs.toml", TWELVE_LINES.replace(old, new, 1))).finding
    assert (finding.code, finding.location.workbook) == ("SX103", "fairs.toml")
    assert str(finding.args["reference"]).endswith(reference.removeprefix("params."))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('key = "fairs"', 'key = "clients"', "clients"),
        ('fr = "Salons"', 'fr = "Synthèse"', "synthèse"),
        ('key = "leads"', 'key = "cost"', "fairs.cost"),
        ('label = { fr = "Leads"', 'label = { fr = "Salon"', "fairs: salon"),
    ],
)
def test_what_stands_twice_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    """A block, tab title, column key or header that exists already is named."""
    text = TWELVE_LINES.replace(', role = "computed", formula = "=[cost]/[leads]"', "").replace(old, new)
    finding = _refused(_write(tmp_path, "fairs.toml", text)).finding
    assert (finding.code, finding.args["key"]) == ("SX104", key)


def test_a_broken_file_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    """A file that is no TOML is named with the parser's word; a folder that is not there has its own code."""
    broken = _refused(_write(tmp_path, "fairs.toml", "sheet = {")).finding
    assert (broken.code, broken.location.workbook) == ("SX101", "fairs.toml")
    assert _refused(tmp_path / "nowhere").finding.code == "SX105"
