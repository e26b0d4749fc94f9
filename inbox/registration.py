"""What this app tells the registries: its place in the navigation, and that it listens for jobs that end."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from branches.models import Organisation
from core import hooks, navigation, rules
from core.actors import SYSTEM, Actor
from core.handlers import Periodic, job_finished, register_periodic
from core.navigation import NavItem
from core.paths import ancestors, common
from inbox import actions, daily, moves, outside, queries
from inbox.models import Level, Message
from jobs.models import Job

DAY = 24 * 3600
WATCHED = dt.timedelta(seconds=15)  # whoever started a shorter job still looks at its page


def tell_owner(job: Job) -> None:
    """A long or failed job is told to whom it belongs; a short one was seen to end."""
    if job.state == Job.State.CANCELLED or job.finished_at is None:
        return
    failed = job.state == Job.State.FAILED
    if not failed and job.finished_at - job.created_at < WATCHED:
        return
    user = User.objects.filter(public_id=job.owner, is_active=True).first()
    if user is None:
        return
    title = f"{job.title}：{'没有办成' if failed else '已完成'}"
    level = Level.YELLOW if failed else Level.INFO
    actions.tell(user, title, job.error if failed else job.text, level=level, link=("job-detail", [job.public_id]))


def ask_common_superior(*, organisation: Organisation, user: User, by: Actor) -> None:
    """Who looks after both sides decides; asked once, until somebody has read it. No word of it to the asker."""
    place = common(
        [organisation.path, user.organisation.path if user.organisation else ancestors(organisation.path)[0]]
    )
    title = f"{organisation.short_name}要开通的一个账号，别处已有"[:100]
    link = ("account-detail", [user.public_id])
    asked = Message.objects.visible_to(SYSTEM).unread().filter(organisation_path=place, title=title, url_args=link[1])
    if not asked.exists():
        text = f"同一个用户名是{user.unit}{user.name}的账号。是同一个人，就给这个账号加上那边的角色；不是，请那边改正手机号。"
        actions.tell(Organisation.objects.get(path=place), title, text, link=link, by=by)


def tell_the_county(*, user: User, by: Actor) -> None:
    """No administrator comes to the record unseen: the staff of the account's organisation read of the slip."""
    if user.organisation is not None:
        text = "请核对是不是本人要的。不是的话，马上停用这个账号，并查看操作日志。"
        link = ("account-detail", [user.public_id])
        actions.tell(
            user.organisation, f"{by.label}打印了{user.name}的账号条"[:100], text, level=Level.YELLOW, link=link, by=by
        )


def register() -> None:
    outside.register()
    hooks.access_opened.register(tell_the_county)
    rules.register(daily.MESSAGE_DAYS)
    register_periodic(Periodic("inbox.forget", DAY, daily.forget_messages))
    register_periodic(Periodic("inbox.past", DAY, daily.ask_to_close))
    hooks.account_wanted.register(ask_common_superior)
    job_finished.register(tell_owner)
    hooks.subtree_moved.register(moves.move)
    navigation.register(NavItem("inbox", "等您处理", "inbox", order=15, group=1, waiting=queries.unseen))
