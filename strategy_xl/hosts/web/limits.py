"""How much one caller may ask of the server; what Excel sends stays far below."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on calls and connections.

    Arguments:
        body: bytes of one call: two whole columns.
        held: bytes of all calls that are read, wait or are computed.
        cells: cells of one call.
        depth: brackets within each other; a call of Excel has seven with a cell of data types in it.
        head_seconds: from connecting, or from the last answer, to the end of a request's headers.
        body_seconds: from there to the end of its body.
        wait_seconds: until a process is free for it.
        call_seconds: of computing; Excel itself gives a custom function no limit.
        connections: open at a time.
    """

    body: int = 24 << 20
    held: int = 96 << 20
    cells: int = 2_200_000
    depth: int = 12
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    wait_seconds: float = 30.0
    call_seconds: float = 20.0
    connections: int = 256

    @property
    def request_seconds(self) -> float:
        """Longest life of a request, the answer taken in as slowly as its body may come."""
        return 2 * self.body_seconds + self.wait_seconds + self.call_seconds
