"""The VBA of the Excel add-in, generated from the function registry; ASCII only, whatever the texts hold.

Two modules: ``StratFunctions`` with the cell functions, ``StratAddin`` with their help texts and the ribbon.
Limits kept: a line below 1,023 characters, a procedure far below 64 KB. Source: [MS-VBAL] 3.2, 3.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from strategy_xl import __version__
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.registry import CellFunction
from strategy_xl.hosts.excel.menu_language import IDENTIFIERS
from strategy_xl.hosts.excel.vba.vba_text import CASES, assign, checked, parameter, plain, said, source_of
from strategy_xl.languages import FALLBACK

FUNCTIONS_MODULE = "StratFunctions"
ADDIN_MODULE = "StratAddin"
UDFS = "strategy_xl.hosts.excel.udfs"
"""The Python module that answers the cells."""

MACROS = "strategy_xl.hosts.excel.macros"
"""The Python module behind the ribbon."""

MAX_HELP = 255
"""Longest description that Excel takes for a function or an argument."""


def help_text(function: CellFunction, lang: str) -> str:
    """What the function wizard says of a function: its purpose, and the remark if there is room."""
    title, remark = function.title(lang), function.remark(lang)
    both = f"{title.rstrip('.')}. {remark}"
    return both if remark and len(both) <= MAX_HELP else title[:MAX_HELP]


# -- the cell functions ------------------------------------------------------------------------------------

_CASES = "\n".join(
    f'        Case {number}: MenuLanguage = "{lang}"'
    for lang, number in IDENTIFIERS.items()
    if lang != FALLBACK
)
_MENU_LANGUAGE = f"""\
Private Function MenuLanguage() As String
    ' 2 is the language of the user interface; Excel for Mac knows only the country.
    On Error Resume Next
    Dim Language As Long
    Language = Application.LanguageSettings.LanguageID(2)
    If Language = 0 And Application.International(1) = 33 Then Language = 1036
    Select Case Language And 1023
{_CASES}
        Case Else: MenuLanguage = "{FALLBACK}"
    End Select
End Function
"""

_ASK = """\
Private Function AskPython(ByVal FunctionName As String, ByVal Values As Variant) As Variant
    Dim IsSecond As Boolean, Code As Long, Reason As String
    #If Mac Then
    AskPython = NotOnMac()
    Exit Function
    #End If
    On Error GoTo Failed
Again:
    If Server Is Nothing And Now < BlockedUntil Then
        AskPython = Unreached(BlockedFor)
        Exit Function
    End If
    ' One server for all workbooks. Everything goes by value: what is an expression cannot be changed.
    If Server Is Nothing Then Set Server = XLPy
    AskPython = Server.CallUDF((UdfModule), (FunctionName), (Values), CallingBook(), Application.Caller)
    AskPython = WithErrors(AskPython)
    Exit Function
Failed:
    Code = Err.Number
    Reason = Err.Description
    If IsGone(Code) Then
        EndServer
        If Not IsSecond Then
            IsSecond = True
            Resume Again
        End If
    End If
    If Server Is Nothing Then
        ' A start that fails may take a minute: the other cells do not each wait for it.
        BlockedUntil = Now + TimeSerial(0, 0, 30)
        BlockedFor = Reason
    End If
    AskPython = Unreached(Reason)
End Function

Private Sub EndServer()
    ' What is left of a process that has ended goes, and the next one is another.
    On Error Resume Next
    Set Server = Nothing
    KillPy
    Restarts = Restarts + 1
End Sub

Private Function CallingBook() As Workbook
    If TypeName(Application.Caller) = "Range" Then
        Set CallingBook = Application.Caller.Worksheet.Parent
    Else
        Set CallingBook = ActiveWorkbook
    End If
End Function

Private Function IsGone(ByVal Code As Long) As Boolean
    ' The Python process has ended: RPC server unavailable, call failed, object disconnected, server died.
    Select Case Code
        Case 462, -2147023174, -2147023170, -2147023179, -2147417848, -2147418094, -2147418105
            IsGone = True
    End Select
End Function
"""

_ERRORS = """\
Private Function WithErrors(ByVal Answer As Variant) As Variant
    ' Error values cannot come from Python: their texts do.
    Dim Place As Long, Across As Long, Last As Long
    If IsArray(Answer) Then
        Last = LastColumn(Answer)
        For Place = LBound(Answer) To UBound(Answer)
            If Last < 0 Then
                Answer(Place) = ErrorOf(Answer(Place))
            Else
                For Across = LBound(Answer, 2) To Last
                    Answer(Place, Across) = ErrorOf(Answer(Place, Across))
                Next
            End If
        Next
    Else
        Answer = ErrorOf(Answer)
    End If
    WithErrors = Answer
End Function

Private Function LastColumn(ByVal Answer As Variant) As Long
    ' -1 for a single row, which comes without a second dimension.
    LastColumn = -1
    On Error Resume Next
    LastColumn = UBound(Answer, 2)
End Function

Private Function ErrorOf(ByVal Cell As Variant) As Variant
    ErrorOf = Cell
    If VarType(Cell) <> 8 Then Exit Function
"""

ERROR_NUMBERS = {ErrorValue.NA: 2042, ErrorValue.VALUE: 2015}
"""Numbers by which VBA knows error values."""


def _wrapper(function: CellFunction) -> Iterator[str]:
    name = checked(function).name
    names = [parameter(argument.name) for argument in function.arguments]
    parameters = ", ".join(f"Optional {each} As Variant" for each in names)
    description = plain(help_text(function, "en"))[:MAX_HELP].replace('"', '""')
    yield f"Public Function {name}({parameters}) As Variant"
    yield f'Attribute {name}.VB_Description = "{description}"'
    yield rf'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \n14"'
    yield f'    {name} = AskPython("{name}", Array({", ".join(names)}))'
    yield "End Function"
    yield ""


def functions_module(functions: Iterable[CellFunction]) -> str:
    """The source of the module with the cell functions.

    Arguments:
        functions: the registry's functions, in the order wanted.

    Errors: ValueError for a name that Excel or VBA would not take.
    """
    lines = [
        f'Attribute VB_Name = "{FUNCTIONS_MODULE}"',
        "Option Explicit",
        f"' Generated by strategy_xl {__version__} from its function registry: not to be changed here.",
        "",
        f'Private Const UdfModule As String = "{UDFS}"',
        "Private Server As Object",
        "Private BlockedUntil As Date",
        "Private BlockedFor As String",
        "",
        *(line for function in functions for line in _wrapper(function)),
        *_ASK.splitlines(),
        "",
        *_ERRORS.splitlines(),
        *(
            f'    If Cell = "{error}" Then ErrorOf = CVErr({number})'
            for error, number in ERROR_NUMBERS.items()
        ),
        "End Function",
        "",
        "Private Function Unreached(ByVal Detail As String) As String",
        "    ' Of a start that failed, xlwings' library says only its command and a number.",
        '    If InStr(Detail, "Python COM server, hr") + InStr(Detail, "Python process") > 0 Then',
        *said("Unreached", "excel.unstarted", "        "),
        "        Exit Function",
        "    End If",
        '    If InStr(Detail, "Traceback") > 0 Then Detail = "Python"',
        '    Detail = Left$(Trim$(Replace(Replace(Detail, vbCr, " "), vbLf, " ")), 120)',
        *said("Unreached", "excel.unreached", "    "),
        "End Function",
        "",
        "Private Function NotOnMac() As String",
        *said("NotOnMac", "excel.mac", "    "),
        "End Function",
        "",
        *_MENU_LANGUAGE.splitlines(),
    ]
    return source_of(lines)


# -- help and ribbon ---------------------------------------------------------------------------------------

_DESCRIBE = """\
Public Sub DescribeFunctions()
    ' Excel refuses while no workbook is open, and perhaps at other times: tried again at the next workbook.
    On Error Resume Next
    If IsDescribed Or Attempts >= 5 Or ActiveWorkbook Is Nothing Then Exit Sub
    Attempts = Attempts + 1
    Err.Clear
    DescribeAll
    IsDescribed = (Err.Number = 0)
    ThisWorkbook.Saved = True
End Sub

Private Sub Describe(ByVal Name_ As String, ByVal Purpose As String, ByVal Category As String, _
        Texts() As String)
    Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & Name_, Description:=Purpose, _
        Category:=Category, ArgumentDescriptions:=Texts
End Sub
"""

_RECOMPUTE = """\
Public Sub RecomputeBook(control As IRibbonControl)
    On Error GoTo Failed
    If Not ActiveWorkbook Is Nothing Then RunPython "import {module}; {module}.recompute_active_book()"
    Exit Sub
Failed:
    TellFailure Left$(Err.Description, 120)
End Sub

Private Sub TellFailure(ByVal Detail As String)
    Dim Said As String
"""

_LABELS = {
    "strategyTab": "excel.tab",
    "strategyGroup": "excel.group",
    "strategyRecompute": "excel.recompute",
}

CUSTOM_UI = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<customUI xmlns="http://schemas.microsoft.com/office/2006/01/customui"><ribbon><tabs>\
<tab id="strategyTab" getLabel="StratAddin.GiveLabel">\
<group id="strategyGroup" getLabel="StratAddin.GiveLabel">\
<button id="strategyRecompute" size="large" imageMso="CalculateNow" getLabel="StratAddin.GiveLabel"\
 getSupertip="StratAddin.GiveTip" onAction="StratAddin.RecomputeBook"/>\
<button idMso="FunctionWizard" size="large"/>\
</group></tab></tabs></ribbon></customUI>"""
"""The ribbon: labels are asked for, so that they follow the language of Excel; the wizard is Excel's own."""

BOOK_EVENTS = """\
Option Explicit
Private WithEvents Host As Application

Private Sub Workbook_Open()
    Set Host = Application
    StratAddin.DescribeFunctions
End Sub

Private Sub Host_WorkbookActivate(ByVal Wb As Workbook)
    StratAddin.DescribeFunctions
End Sub
"""
"""What the add-in's workbook module does: help texts at opening, or as soon as a workbook is there."""


def _description(function: CellFunction) -> Iterator[str]:
    yield f"Private Sub Describe_{function.name}(ByVal Spoken As String)"
    yield f"    Dim Texts(0 To {len(function.arguments) - 1}) As String"
    yield "    Dim Purpose As String, Category As String"
    yield "    Select Case Spoken"
    for head, lang in CASES:
        yield f"    {head}"
        texts = {"Purpose": help_text(function, lang), "Category": function.category_title(lang)}
        for place, argument in enumerate(function.arguments):
            texts[f"Texts({place})"] = function.describe(argument, lang)[:MAX_HELP]
        for target, text in texts.items():
            yield from (f"        {line}" for line in assign(target, text))
    yield "    End Select"
    yield f'    Describe "{function.name}", Purpose, Category, Texts'
    yield "End Sub"
    yield ""


def addin_module(functions: Iterable[CellFunction]) -> str:
    """The source of the module with the help texts and the ribbon's callbacks.

    Arguments:
        functions: the registry's functions, in the order wanted.
    """
    functions = list(functions)
    lines = [
        f'Attribute VB_Name = "{ADDIN_MODULE}"',
        "Option Explicit",
        f"' Generated by strategy_xl {__version__} from its function registry: not to be changed here.",
        "",
        "Private IsDescribed As Boolean",
        "Private Attempts As Long",
        "",
        *_DESCRIBE.splitlines(),
        "",
        "Private Sub DescribeAll()",
        "    Dim Spoken As String",
        "    Spoken = MenuLanguage()",
        *(f"    Describe_{function.name} Spoken" for function in functions),
        "End Sub",
        "",
        *(line for function in functions for line in _description(function)),
        *_RECOMPUTE.format(module=MACROS).splitlines(),
        *said("Said", "excel.failed", "    "),
        "    MsgBox Said, vbExclamation",
        "End Sub",
        "",
        "Public Sub GiveLabel(control As IRibbonControl, ByRef returnedVal)",
        "    Dim Said As String",
        "    Select Case control.ID",
    ]
    for identity, key in _LABELS.items():
        lines += [f'        Case "{identity}"', *said("Said", key, " " * 12)]
    lines += [
        "    End Select",
        "    returnedVal = Said",
        "End Sub",
        "",
        "Public Sub GiveTip(control As IRibbonControl, ByRef returnedVal)",
        "    Dim Said As String",
        *said("Said", "excel.recompute.tip", "    "),
        "    returnedVal = Said",
        "End Sub",
        "",
        *_MENU_LANGUAGE.splitlines(),
    ]
    return source_of(lines)
