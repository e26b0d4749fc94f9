"""Why a whole file is refused, in sentences that say what to do next."""

from __future__ import annotations

SAVE_AS = "请在 WPS 里另存为 xlsx 再传"

SENTENCES = {
    "encrypted": "文件有密码，系统打不开。请打开后取消密码（文件—信息—保护工作簿），保存后再传。",
    "html_as_xls": "这是网页，只是文件名叫 .xls。请用 Excel 或 WPS 打开，另存为 xlsx 再传。",
    "xml_spreadsheet": "这是 XML 表格 2003 格式。请用 Excel 或 WPS 打开，另存为 xlsx 再传。",
    "xlsb": "这是二进制工作簿（.xlsb）。请用 Excel 打开，另存为 xlsx 再传。",
    "wps_et": f"这种文件只有 WPS 自己能打开。{SAVE_AS}。",
    "archive_kind": f"这是 RAR、7z 一类的压缩包，系统不解压。请解压后直接上传表格，或压成 zip；打不开的表格{SAVE_AS}。",
    "old_xls": "这是很老的 Excel 格式（95 以前）。请用 Excel 或 WPS 打开，另存为 xlsx 再传。",
    "empty_file": "文件是空的，里面没有内容。请检查是不是传错了，或者上传中断了。",
    "not_a_table": "这不是表格文件。请上传 xlsx、xls、ods、csv 表格，或装着这些表格的 zip。",
    "archive": "这是压缩包，不是一张表。请把里面的表格解压后上传。",
    "too_large": "文件超过 {limit} MB。请删去图片和多余的工作表，或者拆成几个文件再传。",
    "zip_bomb": "文件解开以后异常地大，不像正常的表格。请新建一个工作簿，把数据按“数值”粘贴过去，保存后再传。",
    "zip_names": "文件内部结构不正常（有重复的或指向别处的条目）。请用 Excel 或 WPS 打开，另存为 xlsx 再传。",
    "nested_zip": "压缩包“{name}”里还套着压缩包。请全部解压后，只压一层再传。",
    "too_many_files": "压缩包“{name}”里的文件超过 {limit} 个。请分几次上传。",
    "sparse": "表格太大，读不下来：常见的原因是离数据很远的地方还有一个单元格。"
    "请按 Ctrl+End 看看光标跳到哪里，删掉数据以外的行和列，保存后再传。",
    "too_many_rows": "工作表“{sheet}”超过 {limit} 行。请按乡镇拆成几个文件再传。",
    "too_many_columns": "工作表“{sheet}”一直用到 {column} 列，超过 {limit} 列。请删掉右边多余的列，保存后再传。",
    "too_complex": "表格里的{what}太多（{count} 个）。请新建一个工作簿，把数据按“数值”粘贴过去，保存后再传。",
    "xml_forbidden": "文件里带有正常表格没有的声明（DTD 或特殊编码），出于安全不读取。"
    "请用 Excel 或 WPS 打开，另存为 xlsx 再传。",
    "rows_disordered": "工作表“{sheet}”第 {row} 行的行号错乱，再读会丢数据。请用 Excel 或 WPS 打开，另存为 xlsx 再传。",
    "too_slow": "文件读了太久还没读完。请新建一个工作簿，把数据按“数值”粘贴过去，保存后再传。",
    "encoding": "看不懂文字编码（{what}）。请用 Excel 或 WPS 打开，确认没有乱码，另存为 xlsx 再传。",
    "nul_bytes": "第 {line} 行有空字节，文件可能损坏。请从原系统重新导出，或另存为 xlsx 再传。",
    "csv_quote": "第 {line} 行的引号没有配对，从那里起分不清单元格。请用 Excel 或 WPS 打开检查，另存为 xlsx 再传。",
    "damaged": "文件损坏或内容异常，读不出来。请用 Excel 或 WPS 打开，另存为 xlsx 再传；打不开就请对方重新发一份。",
}


class Refused(Exception):
    """The whole file cannot be taken. ``code`` for reports, ``text`` for the person who sent it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


def refusal(code: str, **facts: object) -> Refused:
    """The refusal of that code, its sentence filled with the facts."""
    return Refused(code, SENTENCES[code].format(**facts))
