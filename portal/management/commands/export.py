"""The library's own would write rows into a file that no log knows."""

from core.management.refusing import RefusingCommand


class Command(RefusingCommand):
    help = "不用：导出在页面上办理"
    refusal = (
        "这个命令会绕过权限和操作日志，不能用。导出台账，请登录后在“台账导出”页面上办理；"
        "把台账导入系统才有命令：python manage.py import_ledger 文件 --as 用户名。"
    )
