"""What import-export's admin pages do with a file: read and preview (dry run), then read again and confirm."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1])]

from import_export.formats.base_formats import XLSX
from measuring import Measure
from tables import Default, Outflow, make_tables, session


def run(resource: type[Default], about: str) -> None:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("file", type=Path, help="an .xlsx with one line of headings")
    parser.add_argument("branches", type=Path, help="names of branches, one a line")
    options = parser.parse_args()
    make_tables(options.branches.read_text("utf-8").splitlines())
    content = options.file.read_bytes()
    measure = Measure(session())
    with measure.stage("read"):
        rows = XLSX().create_dataset(content)
    with measure.stage("check"):
        preview = resource().import_data(rows, dry_run=True, raise_errors=False)
    assert not preview.has_errors() and not preview.has_validation_errors(), preview.row_errors()[:1]
    del preview
    with measure.stage("read again"):
        rows = XLSX().create_dataset(content)
    with measure.stage("apply"):
        resource().import_data(rows, dry_run=False, raise_errors=True)
    measure.notes["rows"] = Outflow.objects.count()
    measure.report()
