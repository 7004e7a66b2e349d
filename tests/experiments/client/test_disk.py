"""A start without the service: by what was kept, if its signature is right."""

import os
import stat
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from experiments.client import Client, Options
from experiments.client.disk import Received, keep
from tests.experiments.client.conftest import Connect, until
from tests.experiments.client.peer import API_KEY, KEYS, Peer, definition, published

NOWHERE = "http://127.0.0.1:9"


def alone(folder: Path, **changes: object) -> Client:
    """Return a client whose service does not answer."""
    plain = {"address": NOWHERE, "api_key": API_KEY, "signing_keys": KEYS, "folder": folder}
    return Client(Options(**{**plain, **changes}))  # type: ignore[arg-type]  # the tests name fields


@pytest.fixture
def folder(connect: Connect, tmp_path: Path) -> Path:
    """Return a folder in which a client kept what it heard."""
    folder = tmp_path / "client"
    client = connect(folder=folder)
    until((folder / "ruleset").exists)
    client.close()
    return folder


def test_a_start_without_the_service_decides_by_what_was_kept(folder: Path) -> None:
    with alone(folder) as client:
        found = client.assign("take_time", customer_id="0012")
        status = client.status()

    assert (found.variant, found.source) == ("patient", "stale")
    assert (status.origin, status.number, status.signed_by) == ("disk", 1, "k1")
    assert (status.is_ready, status.is_stale, status.silent_seconds) == (True, True, None)


def test_only_its_owner_reads_what_is_kept(folder: Path) -> None:
    assert stat.S_IMODE((folder / "ruleset").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["ruleset"]


def test_what_was_kept_is_confirmed_and_not_sent_again(
    connect: Connect, peer: Peer, folder: Path
) -> None:
    sent: list[str | None] = []

    def hang_up(handler: BaseHTTPRequestHandler) -> None:
        sent.append(handler.headers.get("If-None-Match"))
        handler.connection.close()

    peer.misbehave = hang_up
    client = connect(folder=folder)
    assert client.assign("take_time", customer_id="0012").source == "stale"
    until(lambda: sent)
    peer.misbehave = None

    until(lambda: client.assign("take_time", customer_id="0012").source == "client")
    assert set(sent) == {peer.tag}
    assert client.status().origin == "service"


def change(path: Path, old: bytes, new: bytes) -> None:
    text = path.read_bytes()
    assert old in text
    path.write_bytes(text.replace(old, new))


def test_what_somebody_changed_on_disk_is_not_believed(folder: Path) -> None:
    change(folder / "ruleset", b'"weight": 5000', b'"weight": 5001')

    with alone(folder) as client:
        assert client.assign("take_time", customer_id="0012").reason == "no_ruleset"


@pytest.mark.parametrize("length", [0, 10, 30, 200, -1])
def test_a_file_that_was_cut_short_is_not_believed(folder: Path, length: int) -> None:
    path = folder / "ruleset"
    path.write_bytes(path.read_bytes()[:length])

    with alone(folder) as client:
        assert client.assign("take_time", customer_id="0012").reason == "no_ruleset"


@pytest.mark.parametrize("content", [b"\xff\xfe\n\n\n\n", b"equipoise ruleset 2\nk1=0\n\n{}"])
def test_a_file_of_another_kind_is_not_believed(folder: Path, content: bytes) -> None:
    (folder / "ruleset").write_bytes(content)

    with alone(folder) as client:
        assert client.assign("take_time", customer_id="0012").reason == "no_ruleset"


def test_what_a_key_signed_that_is_no_longer_held_is_not_believed(folder: Path) -> None:
    with alone(folder, signing_keys={"k2": "n" * 32}) as client:
        assert client.assign("take_time", customer_id="0012").reason == "no_ruleset"


def test_a_disk_that_cannot_be_written_costs_only_the_next_cold_start(
    connect: Connect, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be: nobody can write into it, not even root")
    client = connect(folder=blocked)
    until(lambda: client.status().disk_trouble)

    assert client.assign("take_time", customer_id="0012").source == "client"
    assert client.status().failures == 0
    blocked.unlink()

    until((blocked / "ruleset").exists)
    until(lambda: not client.status().disk_trouble)


def test_the_newer_of_what_was_kept_and_what_came_along_is_taken(
    connect: Connect, peer: Peer, folder: Path, tmp_path: Path
) -> None:
    old = (folder / "ruleset").rename(tmp_path / "old")
    peer.body = published(definition(paused=True), number=2)
    client = connect(folder=folder)
    until((folder / "ruleset").exists)
    client.close()

    with alone(folder, bootstrap=old) as kept_is_newer:
        assert kept_is_newer.status().origin == "disk"
    new = (folder / "ruleset").rename(tmp_path / "new")
    with alone(folder, bootstrap=new) as only_along:
        assert only_along.status().origin == "bootstrap"
        assert only_along.status().number == 2
    old.rename(folder / "ruleset")
    with alone(folder, bootstrap=new) as along_is_newer:
        assert along_is_newer.status().number == 2


def test_a_crash_while_it_is_written_leaves_the_old_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "ruleset").read_bytes()

    def crash(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="No space"):
        keep(folder / "ruleset", Received(body=b"{}", signature="k1=0", tag='"x"'))

    assert (folder / "ruleset").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["ruleset"]
