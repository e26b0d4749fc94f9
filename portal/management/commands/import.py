"""The library's own would write rows past the actions and the log."""
# ruff: noqa: N999 the name is that of the command which it stands for

from core.management.refusing import RefusingCommand


class Command(RefusingCommand):
    help = "不用：导入台账用 import_ledger"
    refusal = (
        "这个命令会绕过核对和操作日志，不能用。导入台账，运行 python manage.py import_ledger 文件 --as 用户名；"
        "导入规则设置，请系统管理员在“规则数据”页面上办理。"
    )
