"""The secret key that an installation makes for itself."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.environment import generated_ruleset_key, generated_secret_key, state_folder
from experiments.assignment.signature import read_keys


def test_the_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = generated_secret_key(tmp_path)

    assert generated_secret_key(tmp_path) == first
    assert len(first) >= 64


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    generated_secret_key(tmp_path)

    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    folder = state_folder(str(tmp_path / "var"), tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: generated_secret_key(folder), range(32)))

    assert len(keys) == 1
    assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_the_key_of_the_rule_set_is_another_one_with_an_id(tmp_path: Path) -> None:
    name, _, secret = generated_ruleset_key(tmp_path).partition(":")

    assert read_keys(generated_ruleset_key(tmp_path)) == {"embedded": secret}
    assert name == "embedded"
    assert secret != generated_secret_key(tmp_path)


def test_the_state_folder_is_made_where_the_environment_says(tmp_path: Path) -> None:
    folder = state_folder(str(tmp_path / "elsewhere" / "var"), tmp_path)

    assert folder.is_dir()
    assert folder == tmp_path / "elsewhere" / "var"
