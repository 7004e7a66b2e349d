"""What a client is told once, when it starts: the only place where it may refuse."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext
from urllib.parse import urlsplit

from experiments.assignment.refusals import violation
from experiments.assignment.signature import FEWEST_CHARACTERS, read_keys
from experiments.errors import InvalidRequest, Violation

NOBODY: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where the service is, who asks, and how patient the client is. Times are in seconds.

    `api_key` has the scope assign. `signing_keys` are secrets by key id: a rule set that none of
    them signed is not taken. In `folder` the last good rule set is kept for the next start;
    `bootstrap` is a copy of such a file that comes with the program. `forced` adds units of
    quality assurance: experiment -> unit -> variant. After `stale_after` without word from the
    service answers are marked as stale. At most `most_waiting` exposures wait to be sent.

    Raises:
        InvalidRequest: a value breaks its rule.
    """

    address: str
    api_key: str = field(repr=False)
    signing_keys: Mapping[str, str] = field(repr=False)
    folder: Path | None = None
    bootstrap: Path | None = None
    forced: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: NOBODY)
    interval: float = 0.9
    flush_interval: float = 1.0
    longest_pause: float = 15.0
    timeout: float = 3.0
    stale_after: float = 30.0
    most_waiting: int = 20_000
    ssl_context: SSLContext | None = None

    def __post_init__(self) -> None:
        if violations := tuple(_violations(self)):
            raise InvalidRequest(*violations)

    @property
    def kept(self) -> Path | None:
        """The file of the last good rule set."""
        return None if self.folder is None else self.folder / "ruleset"


def from_environment(variables: Mapping[str, str]) -> Options:
    """Return the options that `EQUIPOISE_ADDRESS` and its like name; see docs/client.md.

    Raises:
        InvalidRequest: a value is missing or breaks its rule.
    """
    folder = variables.get("EQUIPOISE_FOLDER", "")
    bootstrap = variables.get("EQUIPOISE_BOOTSTRAP", "")
    return Options(
        address=variables.get("EQUIPOISE_ADDRESS", ""),
        api_key=variables.get("EQUIPOISE_API_KEY", ""),
        signing_keys=read_keys(
            variables.get("EQUIPOISE_SIGNING_KEYS", ""), field="EQUIPOISE_SIGNING_KEYS"
        ),
        folder=Path(folder) if folder else None,
        bootstrap=Path(bootstrap) if bootstrap else None,
    )


def _violations(options: Options) -> Iterator[Violation]:
    if not _is_address(options.address):
        rule = "must be the http or https address of the service"
        yield violation("address", options.address, rule)
    if not options.api_key.strip() or not options.api_key.isprintable():
        yield violation("api_key", "", "must be an API key with the scope assign")
    if not options.signing_keys:
        yield violation("signing_keys", [], "must be at least one, secrets by id")
    yield from _secret_violations(options)
    for name in ("interval", "flush_interval", "longest_pause", "timeout", "stale_after"):
        if not getattr(options, name) > 0:
            yield violation(name, getattr(options, name), "must be more than 0")
    if options.most_waiting < 1:
        yield violation("most_waiting", options.most_waiting, "must be at least 1")


def _secret_violations(options: Options) -> Iterator[Violation]:
    for name, secret in options.signing_keys.items():
        if len(secret) < FEWEST_CHARACTERS:
            rule = f"must have at least {FEWEST_CHARACTERS} characters"
            yield violation(f"signing_keys[{name}]", len(secret), rule)


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        return address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:
        return False
