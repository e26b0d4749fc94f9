import datetime as dt
import os
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.actions.grants import withdraw
from accounts.models import Grant
from audit.models import Event
from core import clock
from core.actors import SYSTEM
from core.errors import UserError
from files import actions, disk
from files.models import StoredFile

pytestmark = pytest.mark.django_db
CONTENT = "姓名,电话\n何小明,19900123456\n".encode()


@pytest.fixture(autouse=True)
def root(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


@pytest.fixture
def file(town_actor):
    return actions.store(CONTENT, name="马店镇流出台账.csv", purpose="upload", by=town_actor)


def on_disk(root):
    return [path for path in Path(root).rglob("*") if path.is_file()]


def test_a_file_comes_back_as_it_was_and_rests_sealed(file, town_actor, root):
    assert actions.read(file, town_actor) == CONTENT
    assert (file.size, file.content_type, file.owner) == (len(CONTENT), "text/csv; charset=utf-8", town_actor.id)
    assert file.digest == actions.digest_of(CONTENT)
    (path,) = on_disk(root)
    raw = path.read_bytes()
    assert b"19900123456" not in raw
    assert zlib.compress(CONTENT, 1) not in raw
    assert path.stat().st_mode & 0o077 == 0


def test_a_big_file_is_stored_in_pieces(town_actor):
    pieces = [os.urandom(disk.CHUNK + 5), b"", os.urandom(7)]
    file = actions.store(iter(pieces), name="大.xlsx", purpose="result", by=town_actor)
    assert actions.read(file, town_actor) == b"".join(pieces)
    assert max(len(chunk) for chunk in actions.chunks(file, town_actor)) == disk.CHUNK
    assert file.digest == actions.digest_of(b"".join(pieces))


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-1], lambda raw: raw[:40], lambda raw: raw[:30] + b"x" + raw[31:], lambda raw: b""]
)
def test_a_damaged_file_is_refused(file, town_actor, damage):
    path = disk.path_of(file.public_id)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match="已损坏"):
        actions.read(file, town_actor)


def test_a_file_put_in_anothers_place_does_not_open(file, town_actor):
    other = actions.store(b"other", name="b.csv", purpose="upload", by=town_actor)
    disk.path_of(file.public_id).write_bytes(disk.path_of(other.public_id).read_bytes())
    with pytest.raises(UserError, match="已损坏"):
        actions.read(file, town_actor)


def test_a_file_is_its_makers_alone(file, county_actor, auditor_actor):
    for actor in (county_actor, auditor_actor):
        with pytest.raises(UserError):
            actions.read(file, actor)
    assert actions.read(file, SYSTEM) == CONTENT


def test_download_names_it_and_is_recorded(client_for, town_user, file):
    answer = client_for(town_user).get(file.get_absolute_url())
    assert answer.content == CONTENT
    assert not answer.streaming
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('马店镇流出台账.csv')}"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    event = Event.objects.visible_to(SYSTEM).get(kind="file.downloaded")
    assert (event.subject_id, event.actor.id) == (file.public_id, town_user.public_id)


def test_download_without_its_record_gives_nothing(client_for, town_user, file, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the log takes nothing")

    monkeypatch.setattr("audit.actions.record", broken)
    client = client_for(town_user)
    client.raise_request_exception = False
    answer = client.get(file.get_absolute_url())
    assert answer.status_code == 500
    assert CONTENT not in answer.content


def test_nobody_else_finds_it(client_for, county_user, auditor_user, system_user, file):
    for user in (county_user, auditor_user, system_user):
        assert client_for(user).get(file.get_absolute_url()).status_code == 404
    assert not Event.objects.visible_to(SYSTEM).filter(kind="file.downloaded").exists()


@pytest.mark.parametrize("address", ["x", "b" * 24, "..-..-etc", "%2e%2e%2fkeys"])
def test_no_address_leads_elsewhere(client_for, town_user, address):
    assert client_for(town_user).get(f"/files/{address}/").status_code == 404


@pytest.mark.parametrize(
    "public_id", ["../../keys.json", "", "b" * 23, "b" * 23 + "/", "b" * 23 + "a", "b" * 24 + "\n"]
)
def test_no_id_leads_out_of_the_folder(public_id):
    with pytest.raises(ValueError, match="public id"):
        disk.path_of(public_id)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("流出.xlsx", "流出.xlsx"),
        ("..\\..\\C:\\表.xls", "表.xls"),
        ("../../etc/passwd", "passwd"),
        ("何小明19900123456.xlsx", "何小明号码.xlsx"),
        ("台账20261121.xlsx", "台账20261121.xlsx"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        ("\u202exslx.exe", "xslx.exe"),
        ("", "文件"),
        ("长" * 300 + ".xlsx", "长" * 130 + ".xlsx"),
    ],
)
def test_names_are_made_harmless(given, kept):
    assert actions.safe_name(given) == kept


def test_a_folder_that_takes_nothing_is_said(town_actor, root):
    root.parent.mkdir(exist_ok=True)
    root.write_text("a file where the folder should be")
    with pytest.raises(UserError, match="写入权限"):
        actions.store(CONTENT, name="a.csv", purpose="upload", by=town_actor)
    assert not StoredFile.objects.visible_to(SYSTEM).exists()


def test_a_full_disk_leaves_no_stump(town_actor, root, tmp_path):
    def until_full():
        yield b"first"
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="磁盘满了"):
        actions.store(until_full(), name="a.csv", purpose="upload", by=town_actor)
    assert on_disk(root) == []
    assert not StoredFile.objects.visible_to(SYSTEM).exists()


def test_what_has_expired_goes_and_stays_known(file, town_actor, root, django_capture_on_commit_callbacks):
    later = file.expires_at + dt.timedelta(seconds=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.remove_expired(later) == 1
    assert on_disk(root) == []
    file.refresh_from_db()
    assert file.removed_at == later
    with pytest.raises(UserError, match="保存期限"):
        actions.read(file, town_actor)


def test_an_expired_file_is_not_served(client_for, town_user, file):
    StoredFile.objects.filter(pk=file.pk).update(created_at=clock.now() - dt.timedelta(days=2), expires_at=clock.now())
    assert client_for(town_user).get(reverse("file-download", args=[file.public_id])).status_code == 404


def test_a_file_whose_row_was_rolled_back_is_swept(file, town_actor, root):
    class Undone(Exception):
        pass

    def store_and_fail():
        with transaction.atomic():
            actions.store(CONTENT, name="b.csv", purpose="upload", by=town_actor)
            raise Undone

    with pytest.raises(Undone):
        store_and_fail()
    (root / "bb").mkdir(exist_ok=True)
    (root / "bb" / "stump.part").write_bytes(b"x")
    now = clock.now()
    assert actions.remove_expired(now) == 0
    assert len(on_disk(root)) == 3
    tomorrow = now + dt.timedelta(days=1, seconds=5)
    assert actions.remove_expired(tomorrow) == 2
    assert on_disk(root) == [disk.path_of(file.public_id)]


def test_a_right_that_was_withdrawn_takes_the_files_along(
    secretary_user, secretary_actor, town_actor, branch, client_for
):
    for purpose in ("result", "error_book", "upload"):
        actions.store(CONTENT, name="台账.csv", purpose=purpose, by=secretary_actor, organisation_path=branch.path)
    files = list(StoredFile.objects.all())
    client = client_for(secretary_user)
    assert [client.get(one.get_absolute_url()).status_code for one in files] == [200, 200, 200]
    withdraw(grant=Grant.objects.get(user=secretary_user), by=town_actor)
    assert [client.get(one.get_absolute_url()).status_code for one in files] == [404, 404, 404]
