"""The way to a LibreOffice that listens on a pipe; for a Python that has UNO."""

from __future__ import annotations

import time
from typing import Any

import uno
from com.sun.star.connection import NoConnectException

_TRIES, _PAUSE = 600, 0.1


def connect(pipe: str) -> Any:
    """The component context of the office, once it listens.

    Arguments: pipe: the name that the office was started with. SystemExit after a minute.
    """
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(_TRIES):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(_PAUSE)
    raise SystemExit("LibreOffice does not listen")
