"""Build the documentation as a site, French and English, that needs no network; and check every link of it.

    python tools/docs_site.py [OUT_FOLDER]

Open ``index.html`` of the folder (``out/site`` when none is given), from the disk or from any web server.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from docs_pages import LANGUAGES, ROOT, lay_out, navigation, settings
from lxml import html

THEME = Path(__file__).with_name("docs_theme")
OWN = ("site.css", "iframe-worker.js")
"""Beside the pages: our look, and what searches pages that are opened from the disk."""
NAMES = {"fr": "Français", "en": "English"}
EXTENSIONS = {
    "admonition": {},
    "attr_list": {},
    "md_in_html": {},
    "tables": {},
    "toc": {"permalink": True, "toc_depth": 3},
    "pymdownx.details": {},
    "pymdownx.highlight": {"pygments_lang_class": True},
    "pymdownx.inlinehilite": {},
    "pymdownx.superfences": {},
}
COLOURS = re.compile(r"\x1b\[[\d;]*m")
LOADED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
"""What a browser fetches by itself, element and attribute."""
FRONT = """<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<title>strategy_xl</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="refresh" content="0;url=fr/index.html">
</head>
<body><p><a href="fr/index.html">Français</a> · <a href="en/index.html" lang="en">English</a></p></body>
</html>
"""


def configuration(lang: str) -> dict[str, object]:
    """The builder's settings; fonts of the system, search built in, no address of another server."""
    return {
        "site_name": settings()["name"],
        "site_description": settings()["description"][lang],
        "docs_dir": "pages",
        "site_dir": "site",
        "use_directory_urls": False,
        "strict": True,
        "nav": [{settings()["home"][lang]: "index.md"}, *navigation(lang)],
        "theme": {
            "language": lang,
            "font": False,
            "custom_dir": str(THEME / "templates"),
            "favicon": "pictures/icon.svg",
            "icon": {"logo": "lucide/target"},
            "features": [
                "navigation.sections",
                "navigation.indexes",
                "navigation.top",
                "navigation.footer",
                "content.code.copy",
                "search.highlight",
            ],
            "palette": [
                {
                    "media": f"(prefers-color-scheme: {scheme})",
                    "scheme": name,
                    "toggle": {"icon": f"lucide/{icon}", "name": settings()["palette"][scheme][lang]},
                }
                for scheme, name, icon in (("light", "default", "sun"), ("dark", "slate", "moon"))
            ],
        },
        "extra_css": ["site.css"],
        "extra": {
            "generator": False,
            "alternate": [
                {"name": NAMES[each], "lang": each, "link": f"../{each}/index.html"} for each in LANGUAGES
            ],
        },
        "plugins": ["search", "offline"],
        "markdown_extensions": [{name: options} for name, options in EXTENSIONS.items()],
    }


def build(out: Path) -> Path:
    """Lay out and build both languages; the folder of the site.

    Errors: SystemExit when the builder is missing or warns of anything, or the folder is somebody's.
    """
    if out.exists() and any(out.iterdir()) and not (out / LANGUAGES[0] / "index.html").is_file():
        sys.exit(f"{out} holds something else than a site: choose another folder")
    work = out.with_name(f"{out.name}-work")
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    if find_spec("zensical") is None:
        raise SystemExit('the site needs zensical: pip install -e ".[docs]"')
    running = {}
    for lang in LANGUAGES:
        here = work / lang  # a folder each: the builder clears a cache beside its settings
        lay_out(lang, here / "pages")
        for own in OWN:
            shutil.copy(THEME / own, here / "pages" / own)
        config = here / "site.yml"
        config.write_text(json.dumps(configuration(lang), ensure_ascii=False, indent=1), encoding="utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "--config-file", config]
        running[lang] = subprocess.Popen(  # noqa: S603 - our own command line
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    told = {lang: building.communicate()[0] for lang, building in running.items()}
    whole = work / "site"
    whole.mkdir()
    for lang, building in running.items():
        if building.returncode:
            sys.exit(f"{lang}: " + COLOURS.sub("", told[lang]).partition("Traceback")[0])
        shutil.move(work / lang / "site", whole / lang)
        (whole / lang / "404.html").unlink()  # a page of a server; this site is opened from the disk
    (whole / "index.html").write_text(FRONT, encoding="utf-8")
    shutil.move(whole, out)
    shutil.rmtree(work)
    return out


def faults(site: Path) -> Iterator[str]:
    """Links and anchors that lead nowhere, and whatever a page would fetch from another server."""
    anchors: dict[Path, set[str]] = {}
    trees = {path: html.parse(path).getroot() for path in sorted(site.rglob("*.html"))}
    for path, tree in trees.items():
        anchors[path] = {str(each) for each in tree.xpath("//@id | //a/@name")}
    for path, tree in trees.items():
        where = path.relative_to(site)
        for element in tree.iter(*LOADED):
            address = element.get(LOADED[element.tag], "")
            if urlsplit(address).netloc:
                yield f"{where}: fetches {address}"
        for element in tree.iter("a", *LOADED):
            address = element.get(LOADED.get(element.tag, "href"))
            parts = urlsplit(address or "")
            if not address or parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.is_file():
                yield f"{where}: {address} leads nowhere"
            elif (
                parts.fragment
                and not parts.fragment.startswith("__")
                and unquote(parts.fragment) not in anchors.get(target, set())
            ):
                yield f"{where}: {address} has no such anchor"


def main() -> int:
    """Build and check; 1 when a link leads nowhere."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", type=Path, nargs="?", default=ROOT / "out" / "site")
    site = build(parser.parse_args().target.resolve())
    wrong = list(faults(site))
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    print(site / "index.html")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
