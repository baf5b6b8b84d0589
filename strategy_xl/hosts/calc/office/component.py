"""The UNO component: every cell function as a Calc add-in, and what happens when a workbook is read or saved.

It runs in LibreOffice's own Python. The functions, the texts and the Python to call are in ``config.json``
beside the modules, written when the extension is made.
"""

from __future__ import annotations

import json
import logging
import os
from typing import Any, Callable, Dict, Optional, Tuple

import uno  # type: ignore[import-not-found]
import unohelper  # type: ignore[import-not-found]
from com.sun.star.awt import XCallback  # type: ignore[import-not-found]
from com.sun.star.lang import XServiceInfo, XServiceName  # type: ignore[import-not-found]
from com.sun.star.sheet import (  # type: ignore[import-not-found]
    ComplexReference,
    SingleReference,
    XVolatileResult,
)
from com.sun.star.task import XJob  # type: ignore[import-not-found]
from strategy_xl_office import calls, client, document, uno_cells, uno_tokens  # type: ignore[import-not-found]

try:
    from org.strategyxl import XFunctions  # type: ignore[import-not-found]
except ImportError:

    class XFunctions:  # type: ignore[no-redef]
        """While an extension for all users is being added, its types are not known yet."""


SERVICE = "org.strategyxl.Functions"
JOB = "org.strategyxl.Formulas"
SHEETS = "com.sun.star.sheet.SpreadsheetDocument"

# Flags of a reference (com.sun.star.sheet.ReferenceFlags).
_COLUMN_RELATIVE, _ROW_RELATIVE, _SHEET_RELATIVE = 1, 4, 16

logger = logging.getLogger("strategy_xl")

with open(os.path.join(os.path.dirname(document.__file__), "config.json"), encoding="utf-8") as _stream:  # noqa: PTH118, PTH120, PTH123
    CONFIG: Dict[str, Any] = json.load(_stream)


def _ui_language(context: Any) -> str:
    """The language of LibreOffice's menus; English where that is none of ours."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    path = uno.createUnoStruct("com.sun.star.beans.NamedValue", "nodepath", "/org.openoffice.Setup/L10N")
    access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (path,))
    code = str(access.getByName("ooLocale"))[:2]
    return code if code in CONFIG["messages"] else "en"


def _codes(context: Any) -> Any:
    """Calc's numbers of the tokens that matter."""
    mapper = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.sheet.FormulaOpCodeMapper", context
    )
    english = uno.getConstantByName("com.sun.star.sheet.FormulaLanguage.ENGLISH")
    groups = "com.sun.star.sheet.FormulaMapGroup."
    special = mapper.getAvailableMappings(english, uno.getConstantByName(groups + "SPECIAL"))
    offsets = "com.sun.star.sheet.FormulaMapGroupSpecialOffset."
    bad, spaces = (special[uno.getConstantByName(offsets + name)].Token.OpCode for name in ("BAD", "SPACES"))
    separators = mapper.getAvailableMappings(english, uno.getConstantByName(groups + "SEPARATORS"))
    opening, closing, separator = (entry.Token.OpCode for entry in separators)
    return uno_tokens.Codes(mapper.OpCodeExternal, bad, opening, closing, separator, spaces)


def _is_single(data: Any) -> bool:
    return isinstance(data, SingleReference)


def _one_cell(data: Any) -> Optional[Any]:
    """The range of one cell for a reference to a single cell; None for any other token's data."""
    if not _is_single(data):
        return None
    both = ComplexReference()
    both.Reference1 = data
    both.Reference2 = data
    return both


def _place_of(reference: Any, address: Any) -> Tuple[int, int, int]:
    """Sheet, column and row that a reference means for a formula in the first cell of an address."""
    flags = reference.Flags
    return (
        address.Sheet + reference.RelativeSheet if flags & _SHEET_RELATIVE else reference.Sheet,
        address.StartColumn + reference.RelativeColumn if flags & _COLUMN_RELATIVE else reference.Column,
        address.StartRow + reference.RelativeRow if flags & _ROW_RELATIVE else reference.Row,
    )


class _Shared:
    """What the functions and the job share in one LibreOffice."""

    def __init__(self, context: Any) -> None:
        python = os.environ.get("STRATEGY_XL_PYTHON") or CONFIG["python"]
        self.context = context
        self.worker = client.Worker(client.command_of(python))
        self.books = document.Books()
        self.language = _ui_language(context)
        names = calls.Names(CONFIG["functions"], SERVICE)
        self.formulas = document.Formulas(names, CONFIG["prefix"], _codes(context), _one_cell, _place_of)
        self.waiting: Dict[str, Any] = {}

    def later(self, key: str, document: Any) -> None:
        """Look at a workbook's formulas when Calc has done computing."""
        if key in self.waiting:
            return
        self.waiting[key] = document
        caller = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.awt.AsyncCallback", self.context
        )
        caller.addCallback(_Later(self), key)


class _Later(unohelper.Base, XCallback):  # type: ignore[misc]
    """Called by LibreOffice when it is idle."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared

    def notify(self, key: str) -> None:
        document = self._shared.waiting.pop(key, None)
        if document is not None:
            try:
                self._shared.formulas.settle(document)
            except uno.getClass("com.sun.star.lang.DisposedException"):
                return  # closed meanwhile


class _Block(unohelper.Base, XVolatileResult):  # type: ignore[misc]
    """A block of cells as the answer of a call that may also answer a single one.

    Python cannot give Calc rows of cells where the answer may be anything; a result that can change is told
    by an event, whose value can be given its type. It is told once and never changes.
    """

    def __init__(self, rows: Tuple[Tuple[Any, ...], ...]) -> None:
        self._rows = rows

    def addResultListener(self, listener: Any) -> None:  # noqa: N802 - UNO's name
        """Tell the cells at once."""
        event = uno.createUnoStruct("com.sun.star.sheet.ResultEvent")
        event.Source = self
        event.Value = uno.Any("[][]any", self._rows)
        listener.modified(event)

    def removeResultListener(self, listener: Any) -> None:  # noqa: N802 - UNO's name
        """Nothing more is told."""


_shared: Optional[_Shared] = None


def shared(context: Any) -> _Shared:
    """The one of this LibreOffice."""
    global _shared  # noqa: PLW0603 - UNO makes several instances, the worker must be one
    if _shared is None:
        _shared = _Shared(context)
    return _shared


def answer(context: Any, function: str, document: Any, args: Tuple[Any, ...]) -> Any:
    """The cell or the block of cells that a call shows; a short message when the worker cannot be had."""
    common = shared(context)
    given = uno_cells.cut(args)
    request: Dict[str, Any] = {
        "function": function,
        "args": [uno_cells.argument(value) for value in given.values],
        "lang": common.language,
    }
    key, settings = "", None
    if document is not None:
        key = document.RuntimeUID
        found = common.books.settings(key, document)
        settings = found.cells
        if found.days:
            request["days"] = found.days
        if any(uno_cells.is_zero(value) for value in args):
            common.later(key, document)
    try:
        found = uno_cells.result(common.worker.call(request, key, settings), given.lengths)
    except client.WorkerError as error:
        return CONFIG["messages"][common.language][error.key]
    return _Block(found) if isinstance(found, tuple) else found


class Functions(unohelper.Base, XFunctions, XServiceInfo, XServiceName):  # type: ignore[misc]
    """The add-in: one method for each cell function, put in below."""

    def __init__(self, context: Any, *_args: Any) -> None:
        """Keep the office's context."""
        self.context = context

    def getServiceName(self) -> str:  # noqa: N802 - UNO's name
        """Service name."""
        return SERVICE

    def getImplementationName(self) -> str:  # noqa: N802
        """Implementation name."""
        return SERVICE + "Implementation"

    def supportsService(self, name: str) -> bool:  # noqa: N802
        """Whether a service is supported."""
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> Tuple[str, ...]:  # noqa: N802
        """Supported services."""
        return (SERVICE, "com.sun.star.sheet.AddIn")


def _method(function: str) -> Callable[..., Any]:
    def method(self: Functions, document: Any, *args: Any) -> Any:
        return answer(self.context, function, document, args)

    return method


for _name, _function in CONFIG["functions"].items():
    setattr(Functions, _name, _method(_function))


class Formulas(unohelper.Base, XJob, XServiceInfo):  # type: ignore[misc]
    """The job that LibreOffice runs when a workbook is new or has been read, and before it is written."""

    def __init__(self, context: Any, *_args: Any) -> None:
        """Keep the office's context."""
        self.context = context

    def getImplementationName(self) -> str:  # noqa: N802
        """Implementation name."""
        return JOB + "Implementation"

    def supportsService(self, name: str) -> bool:  # noqa: N802
        """Whether a service is supported."""
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> Tuple[str, ...]:  # noqa: N802
        """Supported services."""
        return (JOB,)

    def execute(self, arguments: Any) -> None:
        """Have the worker started, and bring the formulas of the event's workbook into their stored form."""
        given = {value.Name: value.Value for value in arguments}
        event = {value.Name: value.Value for value in given.get("Environment", ())}
        document = event.get("Model")
        if document is None or not document.supportsService(SHEETS):
            return
        name = event.get("EventName")
        try:
            common = shared(self.context)
            if name in ("OnNew", "OnLoadFinished"):
                common.worker.prepare()
            if name != "OnNew":
                common.formulas.settle(document, loaded=name == "OnLoadFinished")
        except Exception:  # reading or saving the workbook must go on
            logger.exception("formulas not looked at")


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816 - the name that LibreOffice looks for
for _class, _services in ((Functions, (SERVICE, "com.sun.star.sheet.AddIn")), (Formulas, (JOB,))):
    g_ImplementationHelper.addImplementation(_class, _services[0] + "Implementation", _services)
