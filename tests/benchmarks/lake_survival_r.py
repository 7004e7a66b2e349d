"""R's coxph on the same raw rows, in a process of its own; only the fit is timed."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from tests.benchmarks.lake_survival_lifelines import joined

SCRIPT = """
suppressPackageStartupMessages(library(survival))
rows <- read.csv(commandArgs(trailingOnly = TRUE))
spent <- system.time(model <- coxph(Surv(time, event) ~ ., data = rows))
cat(sprintf('{"fit": %f, "fit_processor": %f, "megabytes": %f, "coefficients": [%s]}',
  spent[["elapsed"]], spent[["user.self"]] + spent[["sys.self"]], sum(gc()[, 6]),
  paste(format(coef(model), digits = 15), collapse = ",")))
"""


def main(folder: str, _rehearsal: str) -> None:
    """Print what was found and what it cost."""
    with tempfile.TemporaryDirectory() as text:
        file = Path(text) / "rows.csv"
        rows = joined(Path(folder))
        csv.write_csv(pa.Table.from_pandas(rows.astype(float), preserve_index=False), file)
        command = ["Rscript", "--vanilla", "-e", SCRIPT, str(file)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    found = json.loads(answer.stdout)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
