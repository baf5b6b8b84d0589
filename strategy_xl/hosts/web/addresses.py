"""Under which addresses the server is reached: what Host and Origin may say, what the manifest says."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from strategy_xl.errors import UsageError

LOOPBACK = "127.0.0.1"
_LOOPBACK_NAMES = (LOOPBACK, "localhost", "::1")
_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server is reached.

    Arguments:
        base: the address that the manifest tells, without a slash at its end.
        hosts: what the Host of a request may be, in lower case.
        origins: what its Origin may be.
    """

    base: str
    hosts: frozenset[str]
    origins: frozenset[str]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, and no other one can reach it there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def names_of(host: str, url: str | None) -> list[str]:
    """The names under which a server that listens at a host is asked for, the likeliest first.

    Arguments:
        host: where it listens.
        url: the address that people were told, if another.

    Raises UsageError SX649: an address that is none, or none told where the host is every address.
    """
    try:
        told = urlsplit(url).hostname if url else None
        whole = urlsplit(url or "")
        wrong = url and (
            whole.scheme != "https"
            or not told
            or whole.path not in {"", "/"}
            or "@" in whole.netloc
            or whole.query
            or whole.fragment
            or whole.port == 0
        )
    except ValueError:  # a port that is no number, brackets that do not close
        wrong = True
    if wrong:
        raise UsageError("SX649", url=url)
    names = [told] if told else []
    if is_loopback(host):
        return [*names, *dict.fromkeys((host.lower(), *_LOOPBACK_NAMES))]
    try:
        everywhere = ipaddress.ip_address(host).is_unspecified
    except ValueError:
        everywhere = not host
    if everywhere and not told:
        raise UsageError("SX649", url=host)
    return names if everywhere else [*names, host.lower()]


def addresses(scheme: str, names: list[str], port: int, url: str | None) -> Addresses:
    """The addresses of a server.

    Arguments:
        scheme: that it speaks: ``http`` or ``https``.
        names: of ``names_of``, the one that the manifest is to tell first.
        port: at which it listens.
        url: the address that people were told, if another; it may have another port, before a proxy.
    """
    hosts: set[str] = set()
    origins: set[str] = set()

    def add(scheme: str, name: str, port: int) -> str:
        shown = f"[{name}]" if ":" in name else name
        forms = {f"{shown}:{port}"} | ({shown} if port == _USUAL_PORTS[scheme] else set())
        hosts.update(forms)
        origins.update(f"{scheme}://{form}" for form in forms)
        return f"{scheme}://{min(forms, key=len)}"

    bases = [add(scheme, name, port) for name in names]
    if url:
        whole = urlsplit(url)
        bases = [add("https", whole.hostname or "", whole.port or _USUAL_PORTS["https"])]
    return Addresses(bases[0], frozenset(hosts), frozenset(origins))
