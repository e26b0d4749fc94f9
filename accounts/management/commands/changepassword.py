"""Django's own would set a password without its owner and without the log."""

from core.management.refusing import RefusingCommand


class Command(RefusingCommand):
    help = "不用：密码由本人登录后修改，忘了请上一级打印账号条"
    refusal = (
        "这里不能替人改密码。忘了密码，请上一级在“账号与权限”里打印账号条，本人用它重设；"
        "系统管理员自己进不去了，运行 python manage.py restore_administrator 用户名。"
    )
