"""Tells Equipoise what contacts were played, from the records of any platform.

    EQUIPOISE_URL=https://ab.example EQUIPOISE_KEY=eq_... python3 report.py EXPERIMENT RECORDS.CSV

The file has the columns contact_id and variant (what the record of the contact says was played)
and may have played_at (when it began, ISO 8601 with an offset). Lines without a variant are legs
that did not ask. Sending it again changes nothing. What is refused is printed: a contact that was
never assigned played control without our answer, and stays out of the experiment. Needs Python
3.11 and nothing else.
"""  # noqa: INP001  # a file to download, in no package

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from urllib.request import Request, urlopen

MOST_ROWS = 5_000


def reports(experiment: str, path: Path) -> Iterator[dict[str, str]]:
    """Yield one report for each contact of the file."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        for line in csv.DictReader(file):
            if not line["variant"]:
                continue
            report = {
                "experiment": experiment,
                "contact_id": line["contact_id"],
                "served_variant": line["variant"],
            }
            if line.get("played_at"):
                report["exposed_at"] = line["played_at"]
            yield report


def send(rows: Sequence[dict[str, str]]) -> dict[str, object]:
    """Send the reports at once and return what became of them."""
    request = Request(  # noqa: S310  # the address is the operator's own
        f"{os.environ['EQUIPOISE_URL']}/api/v1/exposures",
        data=json.dumps({"exposures": rows}).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['EQUIPOISE_KEY']}",
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=60) as response:  # noqa: S310  # as above
        answer: dict[str, object] = json.load(response)
    return answer


def main(experiment: str, path: str) -> None:
    """Send the file in parts, and print what became of each."""
    rows = reports(experiment, Path(path))
    while part := list(islice(rows, MOST_ROWS)):
        answer = send(part)
        print(f"{answer['matched']} of {answer['received']} contacts put down")  # noqa: T201
        for refusal in answer["rejected"]:  # type: ignore[attr-defined]  # a list of objects
            print(json.dumps(refusal))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
