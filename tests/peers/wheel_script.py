"""What a router does with the client from the wheel: run by a Python that has nothing else.

Reads one command a line as JSON, answers each with a line.
"""

import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

from equipoise_client import Client, Options  # type: ignore[import-not-found]  # of the wheel
from equipoise_client.assignment.definition import (  # type: ignore[import-not-found]  # as above
    ExperimentDefinition,
    LayerPlacement,
    VariantDefinition,
)
from equipoise_client.assignment.ruleset import (  # type: ignore[import-not-found]  # as above
    read_ruleset,
    ruleset_document,
)
from equipoise_client.assignment.units import canonical_id  # type: ignore[import-not-found]


def main() -> None:
    client: Any = None
    for line in sys.stdin:
        said = json.loads(line)
        match said["do"]:
            case "open":
                options = said["options"]
                client = Client(Options(**{**options, "folder": Path(options["folder"])}))
                tell(client.wait(30))
            case "assign":
                tell([answer(client, **each) for each in said["asked"]])
            case "status":
                tell(client.status().document())
            case "vectors":
                tell(wrong_rows(json.loads(Path(said["file"]).read_text(encoding="ascii"))))
            case _:
                found = [each.metadata["Name"] for each in importlib.metadata.distributions()]
                tell({"distributions": found, "modules": sorted(sys.modules)})
    if client is not None:
        client.close()


def answer(client: Client, *, expose: bool = False, **asked: object) -> dict[str, Any]:
    found = client.assign(**asked)
    if expose:
        found.expose()
    return {
        "variant": found.variant,
        "bucket": "" if found.bucket is None else str(found.bucket),
        "enrolled": found.enrolled,
        "version": str(found.version),
        "source": found.source,
        "policy": dict(found.policy_fields),
    }


def wrong_rows(vectors: dict[str, Any]) -> dict[str, int]:
    """Return how many published answers there are, and how many come out otherwise."""
    units = [each["canonical"] for each in vectors["units"]]
    wrong = sum(canonical_id(each["raw"]) != each["canonical"] for each in vectors["units"])
    running = [definition(each) for each in vectors["experiments"]]
    document = json.loads(json.dumps(ruleset_document(number=1, running=running, concluded=[])))
    experiments = read_ruleset(document).experiments
    for row in vectors["rows"]:
        found = experiments[row["experiment"]].decide(units[row["unit"]])
        given = (found.bucket, found.eligible, found.assigned_variant)
        bucket = row["bucket"] if row["in_layer"] else None
        wrong += given != (bucket, row["eligible"], row["variant"])
    return {"rows": len(vectors["rows"]), "wrong": wrong}


def definition(setup: dict[str, Any]) -> object:
    return ExperimentDefinition(
        key=setup["name"],
        version=1,
        salt=setup["salt"],
        hash_version=setup["hash_version"],
        coverage=setup["coverage"],
        layer=LayerPlacement(**setup["layer"]) if setup["layer"] else None,
        variants=tuple(
            VariantDefinition(key=key, weight=weight, is_control=key == setup["control"])
            for key, weight in setup["weights"]
        ),
    )


def tell(said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
