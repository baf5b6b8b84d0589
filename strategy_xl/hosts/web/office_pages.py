"""What Excel's add-in loader asks a web server for: manifest, page, script and icons of the add-in.

Texts only: nothing here knows xlwings. Source: Microsoft's reference of the add-in only manifest
(``OfficeApp`` 1.1 with ``VersionOverrides`` 1.0, shared runtime) and of custom functions.
"""

from __future__ import annotations

import json
import struct
import uuid
import zlib
from collections.abc import Iterable
from functools import cache
from html import escape
from urllib.parse import quote

from strategy_xl import __version__
from strategy_xl.languages import forms_of
from strategy_xl.text.catalog import message

CALL_PATH = "/xlwings/custom-functions-call"
CODE_PATH = "/xlwings/custom-functions-code"
META_PATH = "/xlwings/custom-functions-meta"
HOME_PATH = "/"
PANE_PATH = "/taskpane.html"
MANIFEST_PATH = "/manifest.xml"
HEALTH_PATH = "/health"
ICON_PATH = "/icon-"
ICON_SIZES = (16, 32, 64, 80)
TOKEN = "token"  # noqa: S105 - its name, not one
"""Name of the token in addresses."""

OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
"""Microsoft's library; the user's own Excel loads it, never this program."""

PRO_LICENCE_URL = "https://polyformproject.org/licenses/noncommercial/1.0.0"

ERROR_CODES = {
    "#N/A": "notAvailable",
    "#VALUE!": "invalidValue",
}
"""Error values of our functions → codes of ``CustomFunctions.Error``, for an Excel older than data types."""

_SCRIPT = """\
"use strict";
const errorCodes = %(errors)s;

function runtimeVersion() {
  const sets = Office.context.requirements;
  return ["1.4", "1.3", "1.2"].find((v) => sets.isSetSupported("CustomFunctionsRuntime", v)) || "1.1";
}

// From runtime 1.4 on the server answers with error values; before, with their text.
function asCell(value, runtime) {
  const code = runtime === "1.1" ? undefined : errorCodes[value];
  return code ? new CustomFunctions.Error(CustomFunctions.ErrorCode[code]) : value;
}

function failure(text, runtime) {
  if (runtime === "1.1") return [[text]];
  throw new CustomFunctions.Error(CustomFunctions.ErrorCode.invalidValue, text);
}

async function ask(name, args) {
  await Office.onReady();
  const runtime = runtimeVersion();
  const body = {
    func_name: name,
    args: args,
    runtime: runtime,
    content_language: Office.context.displayLanguage || Office.context.contentLanguage,
  };
  let response;
  try {
    response = await fetch(%(call)s + "?lang=" + encodeURIComponent(body.content_language), {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: "Bearer " + %(token)s },
      body: JSON.stringify(body),
    });
  } catch (error) {
    return failure(String(error), runtime);
  }
  if (!response.ok) return failure(await response.text(), runtime);
  const answer = await response.json();
  return answer.result.map((row) => row.map((value) => asCell(value, runtime)));
}

for (const name of %(names)s) {
  // The last argument is Excel's invocation object, not a cell.
  CustomFunctions.associate(name, (...args) => ask(name, args.slice(0, -1)));
}
"""

_MANIFEST = """\
<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0"
  xsi:type="TaskPaneApp">
  <Id>%(id)s</Id>
  <Version>%(version)s</Version>
  <ProviderName>strategy_xl</ProviderName>
  <DefaultLocale>%(locale)s</DefaultLocale>
  <DisplayName DefaultValue="strategy_xl"/>
  <Description DefaultValue="%(description)s"/>
  <IconUrl DefaultValue="%(icon32)s"/>
  <HighResolutionIconUrl DefaultValue="%(icon64)s"/>
  <SupportUrl DefaultValue="%(base)s/"/>
  <AppDomains>
    <AppDomain>%(base)s</AppDomain>
  </AppDomains>
  <Hosts>
    <Host Name="Workbook"/>
  </Hosts>
  <Requirements>
    <Sets DefaultMinVersion="1.1">
      <Set Name="SharedRuntime" MinVersion="1.1"/>
    </Sets>
  </Requirements>
  <DefaultSettings>
    <SourceLocation DefaultValue="%(pane)s"/>
  </DefaultSettings>
  <Permissions>ReadWriteDocument</Permissions>
  <VersionOverrides xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides"
    xsi:type="VersionOverridesV1_0">
    <Hosts>
      <Host xsi:type="Workbook">
        <Runtimes>
          <Runtime resid="Pane.Url" lifetime="long"/>
        </Runtimes>
        <AllFormFactors>
          <ExtensionPoint xsi:type="CustomFunctions">
            <Script><SourceLocation resid="Code.Url"/></Script>
            <Page><SourceLocation resid="Pane.Url"/></Page>
            <Metadata><SourceLocation resid="Meta.Url"/></Metadata>
          </ExtensionPoint>
        </AllFormFactors>
        <DesktopFormFactor>
          <ExtensionPoint xsi:type="PrimaryCommandSurface">
            <OfficeTab id="TabHome">
              <Group id="StrategyXl.Group">
                <Label resid="Group.Label"/>
                <Icon>
                  <bt:Image size="16" resid="Icon.16"/>
                  <bt:Image size="32" resid="Icon.32"/>
                  <bt:Image size="80" resid="Icon.80"/>
                </Icon>
                <Control xsi:type="Button" id="StrategyXl.Pane">
                  <Label resid="Button.Label"/>
                  <Supertip>
                    <Title resid="Button.Label"/>
                    <Description resid="Button.Tip"/>
                  </Supertip>
                  <Icon>
                    <bt:Image size="16" resid="Icon.16"/>
                    <bt:Image size="32" resid="Icon.32"/>
                    <bt:Image size="80" resid="Icon.80"/>
                  </Icon>
                  <Action xsi:type="ShowTaskpane">
                    <TaskpaneId>StrategyXl.Pane</TaskpaneId>
                    <SourceLocation resid="Pane.Url"/>
                  </Action>
                </Control>
              </Group>
            </OfficeTab>
          </ExtensionPoint>
        </DesktopFormFactor>
      </Host>
    </Hosts>
    <Resources>
      <bt:Images>
        <bt:Image id="Icon.16" DefaultValue="%(icon16)s"/>
        <bt:Image id="Icon.32" DefaultValue="%(icon32)s"/>
        <bt:Image id="Icon.80" DefaultValue="%(icon80)s"/>
      </bt:Images>
      <bt:Urls>
        <bt:Url id="Pane.Url" DefaultValue="%(pane)s"/>
        <bt:Url id="Code.Url" DefaultValue="%(code)s"/>
        <bt:Url id="Meta.Url" DefaultValue="%(meta)s"/>
      </bt:Urls>
      <bt:ShortStrings>
        <bt:String id="Group.Label" DefaultValue="strategy_xl"/>
        <bt:String id="Button.Label" DefaultValue="%(button)s"/>
      </bt:ShortStrings>
      <bt:LongStrings>
        <bt:String id="Button.Tip" DefaultValue="%(tip)s"/>
      </bt:LongStrings>
    </Resources>
  </VersionOverrides>
</OfficeApp>
"""


def script(names: Iterable[str], token: str) -> str:
    """The JavaScript that binds each function's name to a call of the server.

    xlwings itself no longer ships this file in its wheel: this one is the program's own.

    Arguments:
        names: of the functions.
        token: what each call brings.
    """
    parts = {"errors": ERROR_CODES, "call": CALL_PATH, "names": list(names), "token": token}
    return _SCRIPT % {key: json.dumps(value) for key, value in parts.items()}


def manifest(base: str, lang: str, token: str) -> str:
    """The add-in's manifest (XML) for a server.

    Arguments:
        base: address of the server, ``https://…``, without a slash at its end.
        lang: language of the texts, and of the functions' descriptions in Excel.
        token: what its addresses bring, so that nobody has to type it.
    """
    base = quote(base, safe=":/[].-_~")
    known = f"{TOKEN}={quote(token)}"
    texts = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, base)),
        "version": ".".join([*__version__.split(".")[:3], "0"]),
        "locale": forms_of(lang).menus,
        "description": message("web.manifest.description", lang),
        "button": message("web.manifest.button", lang),
        "tip": message("web.manifest.tip", lang),
        "base": base,
        **{
            key: f"{base}{path}?lang={lang}&{known}"
            for key, path in (("pane", PANE_PATH), ("code", CODE_PATH), ("meta", META_PATH))
        },
        **{f"icon{size}": f"{base}{ICON_PATH}{size}.png?{known}" for size in ICON_SIZES},
    }
    return _MANIFEST % {key: escape(text) for key, text in texts.items()}


def _page(lang: str, title: str, load: str, paragraphs: Iterable[str]) -> str:
    """A page of a few sentences."""
    body = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n{load}</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def pane(lang: str, count: int, token: str) -> str:
    """The add-in's task pane: it loads the functions, and says what the server is, under which licences.

    Arguments:
        lang: ``fr`` or ``en``.
        count: number of functions.
        token: what the script's address brings.
    """
    load = (
        f'<script src="{OFFICE_JS}"></script>\n'
        f'<script src="{CODE_PATH}?{TOKEN}={quote(token)}"></script>\n'
        "<style>body { font-family: sans-serif; max-width: 40em; margin: 1em auto; padding: 0 1em }</style>\n"
    )
    keys = ("what", "licence", "office", "settings")
    return _page(lang, "strategy_xl", load, (message(f"web.page.{key}", lang, n=count) for key in keys))


def home(lang: str) -> str:
    """What anybody may see, and whoever opens the address by hand: not even what program this is.

    Arguments:
        lang: ``fr`` or ``en``.
    """
    return _page(lang, "Excel", "", [message("web.page.home", lang)])


_QUADRANTS = ((0x6B, 0x72, 0x80), (0x2E, 0x7D, 0x32), (0xC6, 0x28, 0x28), (0xF9, 0xA8, 0x25))


@cache
def icon(size: int) -> bytes:
    """The add-in's icon as PNG: the four fields of the client matrix.

    Arguments:
        size: width and height in pixels.
    """
    half = size // 2
    rows = []
    for down in range(size):
        left, right = _QUADRANTS[0 if down < half else 2], _QUADRANTS[1 if down < half else 3]
        rows.append(b"\0" + bytes(left) * half + bytes(right) * (size - half))
    header = struct.pack(">2I5B", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
