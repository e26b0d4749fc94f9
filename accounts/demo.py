"""The sample county's accounts: everybody knows their one password, so there are none outside it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Grant, Outpost, User
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM

PASSWORD_FILE = "demo-password"  # noqa: S105 the name of a file
COUNTY_ACCOUNTS = (
    ("xian", "赵敏", "county", "组织股"),
    ("shenji", "周正", "auditor", "审计"),
    ("xitong", "吴涛", "system", "系统管理"),
)


def sample_password() -> str:
    """``settings.DEMO_PASSWORD``, or one made once and kept beside the other things made at run time."""
    file = Path(settings.VAR) / PASSWORD_FILE
    given = settings.DEMO_PASSWORD
    if not given and file.exists():
        return file.read_text("utf-8").strip()
    password = given or f"Yanyi-{secrets.token_hex(4)}"
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(password + "\n")
    return password


def sign_in_hint() -> str:
    """For the sign-in page of the sample county: which names there are. The password stands in the terminal."""
    if not settings.DEMO:
        return ""
    return (
        "用户名：xian（县）、zhen01（镇）、zhibu0101（支部）、yizhan01（驿站）、shenji（审计）、xitong（系统管理）。"
        "密码在启动 make run 的窗口里，也在 var/demo-password 文件里。"
    )


@transaction.atomic
def make_accounts(password: str) -> list[User]:
    """One account per sample role, town and branch (design: ``xian``, ``zhen01``, ``zhibu0101`` ...). Those that
    exist get the password of today; everything else of theirs stays. Raises RuntimeError outside the sample county.
    """
    stored = stored_password(password)
    return [make(*line, stored) for line in _wanted()]


def stored_password(password: str) -> str:
    """For all of them once: the hash is slow on purpose. Raises RuntimeError outside the sample county."""
    if not settings.DEMO:
        raise RuntimeError("sample accounts exist in the sample county only (DEMO=1)")
    return make_password(password)


def _wanted() -> list[tuple[str, str, str, str, Organisation]]:
    """(user name, name, role, duty, organisation) in the order in which they are printed."""
    county = Organisation.objects.filter(parent__isnull=True).order_by("order_path").first()
    if county is None:
        return []
    wanted = [(*line, county) for line in COUNTY_ACCOUNTS]
    towns = list(county.children.filter(kind__in=Organisation.COMMITTEE_KINDS, closed_on=None).order_by("order_path"))
    for number, town in enumerate(towns, start=1):
        wanted.append((f"zhen{number:02d}", _holder(town) or "党建办工作人员", "committee", "党建办", town))
        branches = Organisation.objects.open().under(town.path).branches().official()
        for place, branch in enumerate(branches, start=1):
            name = f"zhibu{number:02d}{place:02d}"
            wanted.append((name, _holder(branch) or "支部书记", "secretary", "支部书记", branch))
    return wanted


def _holder(organisation: Organisation) -> str:
    """The secretary in the register of posts, so that the log shows a person's name."""
    post = organisation.posts.filter(title="secretary", ends_on=None).exclude(holder_name="").first()
    return post.holder_name if post else ""


def make(
    username: str,
    name: str,
    role: str,
    duty: str,
    organisation: Organisation,
    stored: str,
    outpost: Outpost | None = None,
) -> User:
    """One sample account with its grant."""
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={"name": name, "organisation": organisation, "duty": duty, "password": stored},
    )
    if not is_new:
        user.password = stored
        user.save(update_fields=["password"])
        return user
    Grant.objects.create(
        user=user, role=role, organisation=organisation, starts_on=clock.today(), granted_by=SYSTEM.ref,
        granted_at=clock.now(), outpost_path=outpost.path if outpost else "", outpost_label=outpost.label if outpost else "",
    )  # fmt: skip
    return user
