"""The member list and the search at 1,000,000 members in 40 counties, on PostgreSQL.

    python bench/list_queries.py [--members 1000000] [--database postgres://postgres@127.0.0.1/bench_lists] [--keep]

Fills a database of its own by COPY (it is kept and used again with --keep), then asks for real pages through the
whole stack and reports, per reader and page: queries, and the time in SQL (median of nine, warm cache).
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNTIES, TOWNS, BRANCHES = 40, 25, 20
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = (
    "建国军伟强磊洋勇杰涛明超平刚波辉斌宏志华文玉秀英兰桂梅芳丽静敏霞红燕玲艳娟雪琴云莲真环荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉"
    "浩宇轩博思远子涵梓晨雨欣诗怡一诺天佑俊凯家豪永庆新安立德福海春生长根树林金水宝玉成龙"
)
TARGET_PHONE = "19900123456"
NINE = 9


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--database", default="postgres://postgres@127.0.0.1:5432/bench_lists")
    parser.add_argument("--keep", action="store_true", help="use the filled database again, and leave it")
    parser.add_argument("--explain", default="", help="print the plans of the pages whose name holds this text")
    return parser.parse_args()


def start(database: str) -> None:
    sys.path.insert(0, str(ROOT))
    folder = Path(tempfile.gettempdir()) / "bench-lists"
    folder.mkdir(exist_ok=True)
    os.environ |= {"VAR_DIR": str(folder), "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from django.conf import settings

    from core.crypto import make_keys

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    make_keys(settings.KEYS_FILE)


def create(database: str, keep: bool) -> bool:
    """True where the database must be filled."""
    import psycopg2

    server, _, name = database.rpartition("/")
    connection = psycopg2.connect(f"{server}/postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        there = cursor.fetchone() is not None
        if there and keep:
            return False
        if there:
            cursor.execute(f'DROP DATABASE "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return True


def fill(members: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    branches = fill_organisations()
    fill_people(members, branches)
    fill_users()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fill_organisations() -> list[list[tuple[int, str]]]:
    """County by county the branches (id, path)."""
    from branches.models import Organisation
    from core.bulk import copy_rows
    from core.ids import new_id

    columns = (
        "id", "public_id", "code", "name", "short_name", "initials", "kind", "marks", "parent_id", "path", "order_path",
        "position", "region_code", "place", "note", "version",
    )  # fmt: skip
    rows: list[tuple] = []
    counties: list[list[tuple[int, str]]] = []

    def add(name: str, kind: str, parent: tuple[int, str] | None, number: int) -> tuple[int, str]:
        path = (parent[1] if parent else "") + f"{number:04d}"
        rows.append(
            (len(rows) + 1, new_id(), "", name, name, "", kind, [], parent[0] if parent else None, path, path, number,
             "", "", "", 1)
        )  # fmt: skip
        return len(rows), path

    for county in range(1, COUNTIES + 1):
        top = add(f"第{county}县委", "local", None, county)
        own = []
        for town in range(1, TOWNS + 1):
            committee = add(f"第{county}县第{town}镇党委", "611", top, town)
            own += [
                add(f"第{county}县第{town}镇第{number}村党支部", "631", committee, number)
                for number in range(1, BRANCHES + 1)
            ]
        counties.append(own)
    copy_rows(Organisation, columns, rows)
    return counties


def fill_people(members: int, counties: list[list[tuple[int, str]]]) -> None:
    """People of a county lie scattered over its branches, as years of single changes leave them."""
    from core import clock, crypto
    from core.bulk import copy_rows
    from core.domain.names import initials
    from core.ids import new_id
    from members.models import Freshness, Journey, LostContact, Member

    dice = random.Random(20261121)
    now = clock.now()
    letters = "abcdefghijklmnopqrstuvwxyz"
    people, journeys, fresh, lost = [], [], [], []

    def flush() -> None:
        copy_rows(Member, MEMBER, people)
        copy_rows(Journey, JOURNEY, journeys)
        copy_rows(Freshness, FRESH, fresh)
        copy_rows(LostContact, LOST, lost)
        for rows in (people, journeys, fresh, lost):
            rows.clear()

    for number in range(1, members + 1):
        county = counties[(number - 1) * COUNTIES // members]
        home, path = dice.choice(county)
        name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=1 if dice.random() < 0.2 else 2))
        public_id = new_id()
        index, phone_index = ("".join(dice.choices(letters, k=22)) for _ in range(2))
        tail, phone = f"{dice.randrange(10_000):04d}", "k1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        if number == members // 80:  # in the middle of the first county
            phone_index, tail = crypto.blind(TARGET_PHONE, "phone"), TARGET_PHONE[-4:]
            index = crypto.blind(target_identity(), "identity")
        people.append(
            (number, public_id, name, initials(name), "", str(dice.randrange(1, 3)), "01",
             f"{dice.randrange(1945, 2004)}-0{dice.randrange(1, 10)}-1{dice.randrange(10)}", dice.choice(("21", "22", "6", "7")),
             "1", "2009-07-01", "normal", phone, index, phone, phone_index, tail, "", "", [], False, "", home, path, "", 1, now, now)
        )  # fmt: skip
        if number % 8 == 0:
            journeys.append(
                (number, new_id(), number, "out", "away", home, "", "", path, "", dice.choice(("320583", "110105", "440306")),
                 "", "province", f"202{dice.randrange(6)}-0{dice.randrange(1, 10)}", "work", "", "C", "", "", "", "", "", True, 1,
                 now, now)
            )  # fmt: skip
            fresh.append((number, now.date(), now.date(), now.date(), *(["ledger"] * 3), "", "", "", ""))
        if number % 800 == 0:
            lost.append((number, new_id(), number, "counting", "2026-05", "", "", "", "", "", path, 1, now, now))
        if len(people) >= 50_000:
            flush()
    flush()


MEMBER = (
    "id", "public_id", "name", "initials", "initials_alt", "sex", "nation", "birth_date", "education", "kind", "joined_on",
    "party_status", "identity", "identity_index", "phone", "phone_index", "phone_tail", "other_phones", "home_address", "marks",
    "restricted", "note", "home_id", "home_path", "care_path", "version", "created_at", "updated_at",
)  # fmt: skip
JOURNEY = (
    "id", "public_id", "member_id", "direction", "state", "home_id", "home_text", "host_text", "home_path", "host_path",
    "region_code", "destination_text", "mobility", "left_on", "reason", "reason_text", "industry", "employer", "contact_name",
    "contact_phone", "certificate_no", "note", "imported", "version", "created_at", "updated_at",
)  # fmt: skip
FRESH = (
    "member_id", "facts_on", "phone_on", "place_on", "facts_from", "phone_from", "place_from", "address_from",
    "employer_from", "reason_from", "dues_from",
)  # fmt: skip
LOST = (
    "id", "public_id", "member_id", "state", "since", "reason", "category", "steps", "document", "note", "home_path",
    "version", "created_at", "updated_at",
)  # fmt: skip


def target_identity() -> str:
    from core.domain.identity import check_digit

    first = "37998119850312101"
    return first + check_digit(first)


def fill_users() -> None:
    import datetime as dt

    from accounts.models import Grant, User
    from branches.models import Organisation
    from core import clock
    from core.actors import SYSTEM

    for name, role, paths in (
        ("county", "county", ["0001"]),
        ("town", "committee", ["00010007"]),
        ("all", "county", [f"{number:04d}" for number in range(1, COUNTIES + 1)]),
    ):
        units = list(Organisation.objects.filter(path__in=paths).order_by("path"))
        user = User.objects.create(username=name, name=name, organisation=units[0], password="!")
        for unit in units:
            Grant.objects.create(
                user=user, role=role, organisation=unit, starts_on=dt.date(2020, 1, 1), granted_by=SYSTEM.ref,
                granted_at=clock.now(),
            )  # fmt: skip


class Stopwatch:
    """Counts and times every statement of the pages asked for."""

    def __init__(self) -> None:
        self.spent: list[tuple[float, str]] = []

    def __call__(self, execute, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            text = context["cursor"].mogrify(sql, params).decode() if params is not None else sql
            self.spent.append((time.perf_counter() - begun, text))


def ask(client, url: str, data: dict | None) -> tuple[int, float, float, list[tuple[float, str]]]:
    """(queries, ms in SQL, ms in all, the statements) for one page."""
    from django.db import connection

    watch = Stopwatch()
    begun = time.perf_counter()
    with connection.execute_wrapper(watch):
        response = client.get(url) if data is None else client.post(url, data)
    whole = time.perf_counter() - begun
    assert response.status_code in (200, 302), (url, response.status_code)
    return len(watch.spent), sum(one for one, _ in watch.spent) * 1000, whole * 1000, watch.spent


def deep(client) -> str:
    """The address of the twentieth page."""
    import re

    url = "/members/"
    for _ in range(19):
        text = client.get(url).content.decode()
        found = re.search(r'rel="next" href="([^"]+)"', text)
        if found is None:
            break
        url = found[1].replace("&amp;", "&")
    return url


def main() -> None:
    options = arguments()
    start(options.database)
    if create(options.database, options.keep):
        begun = time.perf_counter()
        fill(options.members)
        print(f"filled in {time.perf_counter() - begun:.0f} s")
    from django.db import connection
    from django.test import Client

    from accounts.models import User

    print(f"{'reader':8} {'page':20} {'queries':>7} {'SQL ms':>8} {'page ms':>8}")
    for name in ("county", "town", "all"):
        client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
        client.force_login(User.objects.get(username=name))
        client.get("/members/")
        pages = {
            "list": ("/members/", None),
            "list, 20th page": (deep(client), None),
            "list by name": ("/members/?sort=name", None),
            "list, two filters": ("/members/?kind=1&age=40", None),
            "outflow list": ("/journeys/out/", None),
            "where they gather": ("/gathering/", None),
            "search fragment": ("/members/search/?q=%E5%BB%BA%E5%9B%BD", None),
            "search rare name": ("/members/search/?q=%E6%B2%88%E8%8E%BA%E4%B8%80", None),
            "search surname": ("/members/search/?q=%E7%8E%8B", None),
            "search initials": ("/members/search/?q=wjg", None),
            "search tail": ("/members/search/?q=3456", None),
            "search whole phone": ("/members/search/", {"q": TARGET_PHONE}),
            "search identity": ("/members/search/", {"q": target_identity()}),
        }
        for title, (url, data) in pages.items():
            times = [ask(client, url, data) for _ in range(NINE)]
            queries = times[-1][0]
            sql, whole = (statistics.median(one[place] for one in times) for place in (1, 2))
            print(f"{name:8} {title:20} {queries:7} {sql:8.1f} {whole:8.1f}", flush=True)
            if options.explain and options.explain in f"{name} {title}":
                for spent, text in times[-1][3]:
                    print(f"  {spent * 1000:.2f} ms  {text}")
                    if text.startswith("SELECT") and spent > 0.0005:
                        with connection.cursor() as cursor:
                            cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + text)
                            print("\n".join(f"      {line}" for (line,) in cursor.fetchall()))


if __name__ == "__main__":
    main()
