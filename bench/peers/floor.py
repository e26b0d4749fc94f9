"""The floor: the file read by the spreadsheet library in process, its rows COPYed as text into a bare table. No check at all."""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg2
from measuring import Measure
from python_calamine import CalamineWorkbook

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    database = psycopg2.connect(os.environ["DATABASE_URL"])
    measure = Measure(database.info.backend_pid)
    with measure.stage("read"):
        rows = CalamineWorkbook.from_path(str(options.file)).get_sheet_by_index(0).to_python()
    with measure.stage("apply"), database, database.cursor() as cursor:
        names = ", ".join(f"c{index} text" for index in range(len(rows[0])))
        cursor.execute(f"DROP TABLE IF EXISTS floor; CREATE TABLE floor (id bigserial PRIMARY KEY, {names})")
        text = io.StringIO()
        for row in rows:
            text.write("\t".join([str(cell).translate(ESCAPES) for cell in row]) + "\n")
        text.seek(0)
        columns = ", ".join(f"c{index}" for index in range(len(rows[0])))
        cursor.copy_expert(f"COPY floor ({columns}) FROM STDIN", text)
    measure.notes["rows"] = len(rows)
    measure.report()


if __name__ == "__main__":
    main()
