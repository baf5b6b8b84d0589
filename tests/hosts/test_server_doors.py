"""Where the server may listen, under which names it is asked, with which certificate and which token."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from office_server import apart, certificate

from strategy_xl.errors import UsageError
from strategy_xl.hosts.web import listening, tokens
from strategy_xl.hosts.web.addresses import addresses, is_loopback, names_of
from strategy_xl.hosts.web.limits import Limits
from strategy_xl.hosts.web.server import Door
from strategy_xl.text.catalog import message

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is to be refused


def code(told: pytest.ExceptionInfo[UsageError]) -> str:
    """The code of what was refused."""
    return told.value.finding.code


# -- names -------------------------------------------------------------------------------------------------


def test_an_open_address_is_known() -> None:
    """Only addresses of the machine itself need no HTTPS."""
    assert all(map(is_loopback, ("127.0.0.1", "127.0.0.2", "::1", "localhost", "LOCALHOST")))
    assert not any(
        map(is_loopback, (EVERYWHERE, "::", "", "192.0.2.7", "plan.example", "localhost.evil.example"))
    )


@pytest.mark.parametrize("host", ["192.0.2.7", "plan.example", "2001:db8::1"])
def test_other_machines_are_served_over_https_only(host: str) -> None:
    """Without a certificate the token would travel readable: nothing listens."""
    with pytest.raises(UsageError) as told:
        Door(host).speaks("fr")
    assert code(told) == "SX646"


@pytest.mark.parametrize("host", [EVERYWHERE, "::", ""])
def test_every_address_needs_a_name(host: str) -> None:
    """Where the machine listens everywhere, only people know under which name it is asked."""
    with pytest.raises(UsageError) as told:
        names_of(host, None)
    assert code(told) == "SX649"
    assert names_of(host, "https://plan.example:8443/") == ["plan.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://plan.example",
        "plan.example",
        "https://",
        "https://plan.example/path",
        "https://plan.example?x=1",
        "https://plan.example#x",
        "https://me@plan.example",
        "https://plan.example:0",
        "https://plan.example:99999",
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """The address that people give must be one that a manifest can lead to."""
    with pytest.raises(UsageError) as told:
        names_of("127.0.0.1", url)
    assert code(told) == "SX649"


def test_hosts_and_origins_are_those_of_the_door_and_of_the_address_told() -> None:
    """This machine has its three names; a name in front of it has its own port, the usual one unspoken."""
    here = addresses("http", names_of("127.0.0.1", None), 8321, None)
    assert here.base == "http://127.0.0.1:8321"
    assert here.hosts == {"127.0.0.1:8321", "localhost:8321", "[::1]:8321"}
    assert here.origins == {f"http://{host}" for host in here.hosts}
    url = "https://Plan.Example"
    proxied = addresses("http", names_of("localhost", url), 8321, url)
    assert proxied.base == "https://plan.example"
    assert {"plan.example", "plan.example:443", "localhost:8321"} <= proxied.hosts
    assert "https://plan.example" in proxied.origins
    assert addresses("https", ["::1"], 443, None).base == "https://[::1]"
    away = addresses("https", names_of("192.0.2.7", None), 8321, None)
    assert away.hosts == {"192.0.2.7:8321"}


# -- certificates ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pems(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine by name only, and its key."""
    return certificate(tmp_path_factory.mktemp("pems"), "DNS:localhost")


def test_the_address_is_one_that_the_certificate_stands_for(pems: tuple[Path, Path]) -> None:
    """A certificate for localhost makes the manifest say localhost, although 127.0.0.1 is listened to."""
    context, names = Door(certificate=pems[0], private_key=pems[1]).speaks("fr")
    assert context is not None
    assert names == ["localhost", "127.0.0.1", "::1"]


def test_a_key_may_stand_behind_its_certificate(pems: tuple[Path, Path], tmp_path: Path) -> None:
    """One file for both is enough."""
    both = tmp_path / "both.pem"
    both.write_bytes(pems[1].read_bytes() + pems[0].read_bytes())
    assert Door(certificate=both).speaks("fr")[1][0] == "localhost"


def test_a_certificate_of_another_name_is_told(pems: tuple[Path, Path]) -> None:
    """Excel would refuse it without saying why: the file, the names and the reason are told."""
    with pytest.raises(UsageError) as told:
        Door(EVERYWHERE, url="https://plan.example", certificate=pems[0], private_key=pems[1]).speaks("fr")
    assert code(told) == "SX647"
    assert told.value.finding.location.workbook == str(pems[0])
    assert told.value.finding.args["names"] == "plan.example"
    assert told.value.finding.args["reason"] == message("web.certificate.name", "fr")


def test_a_certificate_that_has_expired_is_told(tmp_path: Path) -> None:
    """What ended yesterday is refused today."""
    made, key = certificate(tmp_path, "DNS:localhost")
    openssl = shutil.which("openssl") or "openssl"
    request, old = tmp_path / "r.pem", tmp_path / "old.pem"
    ca = ["ca", "-batch", "-selfsign", "-notext", "-md", "sha256", "-keyfile", str(key)]
    dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-extensions", "ext"]
    config = tmp_path / "ca.cnf"
    config.write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={tmp_path}/db\nnew_certs_dir={tmp_path}\npolicy=p\nrand_serial=yes\n"
        "[p]\ncommonName=supplied\n[ext]\nsubjectAltName=DNS:localhost\n"
    )
    (tmp_path / "db").touch()
    for command in (
        ["req", "-new", "-key", str(key), "-subj", "/CN=plan", "-out", str(request)],
        [*ca, *dates, "-config", str(config), "-in", str(request), "-out", str(old)],
    ):
        subprocess.run([openssl, *command], check=True, capture_output=True)
    with pytest.raises(UsageError) as told:
        Door(certificate=old, private_key=key).speaks("fr")
    assert code(told) == "SX647"
    assert told.value.finding.args["reason"] == message("web.certificate.expired", "fr")
    assert listening.refusal_of(listening.secured(made, key, "fr"), made, "localhost", "fr") == ""


def test_files_that_are_no_certificate_or_no_key_are_told(pems: tuple[Path, Path], tmp_path: Path) -> None:
    """Each is located at the file that is wrong, and asks nobody for a password."""
    made, key = pems
    other = tmp_path / "other"
    other.mkdir()
    locked_folder = tmp_path / "locked"
    locked_folder.mkdir()
    _, foreign = certificate(other, "DNS:localhost")
    _, locked = certificate(locked_folder, "DNS:localhost", password="secret")  # noqa: S106 - of a test
    wrong, broken = tmp_path / "wrong.pem", tmp_path / "broken.pem"
    wrong.write_text("nothing")
    broken.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    tried: list[tuple[tuple[Path, Path | None], Path, str]] = [
        ((wrong, key), wrong, "none"),
        ((made, wrong), wrong, "key"),
        ((made, None), made, "key"),
        ((key, made), key, "none"),
        ((made, foreign), foreign, "mismatch"),
        ((made, locked), locked, "locked"),
        ((broken, key), broken, "broken"),
    ]
    for given, where, reason in tried:
        with pytest.raises(UsageError) as told:
            listening.secured(*given, "fr")
        assert code(told) == "SX994"
        assert told.value.finding.location.workbook == str(where)
        assert told.value.finding.args["reason"] == message(f"web.certificate.{reason}", "fr")
    with pytest.raises(UsageError) as told:
        listening.secured(tmp_path, key, "fr")
    assert code(told) == "SX994"


def test_only_tls_of_today_is_spoken(pems: tuple[Path, Path]) -> None:
    """Nothing older than TLS 1.2."""
    assert listening.secured(*pems, "fr").minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_handshake_that_does_not_come_is_not_waited_for(pems: tuple[Path, Path]) -> None:
    """A connection that says nothing at the door of HTTPS is closed after the time for headers."""
    loop = listening._loop_class(Limits(head_seconds=0.2))()

    async def tried() -> float:
        context = listening.secured(*pems, "fr")
        opened = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        begun = loop.time()
        reader, writer = await asyncio.open_connection(*opened.sockets[0].getsockname())
        with suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        opened.close()
        return loop.time() - begun

    assert apart(lambda: loop.run_until_complete(tried())) < 10
    loop.close()


# -- tokens ------------------------------------------------------------------------------------------------


def test_a_token_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    """It lasts from start to start; another folder has another one; without its file there is a new one."""
    folder = tmp_path / "a" / "b"
    token = tokens.kept_token(folder, "fr")
    assert len(token) >= 43
    assert tokens.kept_token(folder, "fr") == token
    assert tokens.kept_token(tmp_path / "c", "fr") != token
    if os.name == "posix":
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / tokens.TOKEN_FILE).stat().st_mode & 0o077 == 0
    (folder / tokens.TOKEN_FILE).unlink()
    assert tokens.kept_token(folder, "fr") != token


@pytest.mark.parametrize(
    "content", ["", "short", "a" * 31, "é" * 40, "a" * 32 + "\n" + "b" * 32, "a b" * 20, "a" * 300]
)
def test_a_token_that_keeps_nobody_out_is_refused(tmp_path: Path, content: str) -> None:
    """Too short, or nothing that fits in an address: the file is named."""
    path = tmp_path / tokens.TOKEN_FILE
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError) as told:
        tokens.kept_token(tmp_path, "fr")
    assert code(told) == "SX648"
    assert told.value.finding.location.workbook == str(path)


def test_a_token_of_the_firm_is_taken(tmp_path: Path) -> None:
    """An administrator may write one; white space at its end does not count."""
    (tmp_path / tokens.TOKEN_FILE).write_text("A-Za.z_9~" * 4 + "\r\n")
    assert tokens.kept_token(tmp_path, "fr") == "A-Za.z_9~" * 4


def test_a_folder_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    """A file in its place, for the token or for the manifest, is a sentence."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError) as told:
        tokens.kept_token(tmp_path / "file", "fr")
    assert code(told) == "SX648"
    (tmp_path / tokens.MANIFEST_FILE).mkdir()
    with pytest.raises(UsageError) as told:
        tokens.write_manifest(tmp_path, "text")
    assert code(told) == "SX648"


def test_a_manifest_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """It holds the token: rights of an earlier file do not stay."""
    path = tmp_path / tokens.MANIFEST_FILE
    path.write_text("longer than what comes")
    path.chmod(0o666)
    assert tokens.write_manifest(tmp_path, "text").read_text() == "text"
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
