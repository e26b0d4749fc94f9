"""The child process that sets one part of a PDF: template and data in on standard input, the PDF out on standard output.

What goes wrong is told by the exit code alone: a message of typst's may quote the data.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import noto_cjk_sans_otc
import typst


def main() -> int:
    given = json.loads(sys.stdin.buffer.read())
    folder = Path(noto_cjk_sans_otc.__file__).parent
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    compiler = typst.Compiler(input=given["template"].encode(), font_paths=fonts, ignore_system_fonts=True)
    data = json.dumps(given["data"], ensure_ascii=False)
    try:
        made = compiler.compile(format="pdf", sys_inputs={"data": data}, pdf_tags=False)
    except typst.TypstError:
        return 3
    if not isinstance(made, bytes):
        return 4
    sys.stdout.buffer.write(made)
    return 0
