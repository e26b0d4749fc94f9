"""The child process that sets one part of a PDF, or pictures: template and data in on standard input, what is made out on
standard output, a line of base64 a file.

What goes wrong is told by the exit code alone: a message of typst's may quote the data.
"""

from __future__ import annotations

import base64
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
        made = compiler.compile(format=given["form"], ppi=given["dots"], sys_inputs={"data": data}, pdf_tags=False)
    except typst.TypstError:
        return 3
    for one in made if isinstance(made, list) else [made]:
        if one is None:
            return 4
        sys.stdout.buffer.write(base64.b64encode(one) + b"\n")
    return 0
