"""Django's own would make an account without a role, a slip and the log."""

from core.management.refusing import RefusingCommand


class Command(RefusingCommand):
    help = "不用：系统管理员用 restore_administrator 恢复或新开"
    refusal = (
        "雁驿没有“超级用户”。要恢复或新开系统管理员，运行 python manage.py restore_administrator 用户名；"
        "其他账号在“账号与权限”里开通。"
    )
