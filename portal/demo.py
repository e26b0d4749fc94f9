"""The sample county: its ledgers taken in as the towns would, one after the other, through the real pipeline.

Every step may be repeated: an organisation that is there, an account that is there, a file that was taken in
is passed over, so that a load that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from accounts.actors import actor_for
from accounts.demo import make_accounts, sample_password
from accounts.models import User
from branches.actions import organisations
from branches.models import Organisation
from core import clock
from core.actors import SYSTEM, Actor, acting_as
from exchange.actions.applies import apply
from exchange.actions.batches import receive
from exchange.actions.checks import check
from exchange.enums import Mode, State
from exchange.models import ImportBatch
from jobs.runner import run_waiting
from portal.first_week import actions as first_week
from stations.demo import make_clerks
from sweeps.actions import opening

COUNTY = "中共云湖县委员会"
REGION = "379981"  # never given to a real county
BY_COUNTY = ("01-党组织名册.xlsx", "02-党员名册-全县.xlsx", "07-红色驿站名册.xlsx")
BY_TOWN = (
    ("03-流出党员台账-柳河镇.xlsx", "柳河镇"),
    ("04-流入党员台账-城关镇.xlsx", "城关镇"),
    ("05-一村一册-青石镇.xlsx", "青石镇"),
    ("06-老系统导出-大营镇.csv", "大营镇"),
    ("10-流出党员花名册-马店镇.xls", "马店镇"),
)
SERIES = "11-流出党员台账-*.xlsx"

Say = Callable[[str], object]


class SampleLoadError(RuntimeError):
    """A sample ledger was not taken in whole: the pipeline or the sample is broken."""


def load(folder: Path, say: Say) -> None:
    """Build the county from the ledgers in ``folder``. Raises SampleLoadError."""
    county = Organisation.objects.filter(parent__isnull=True).first() or organisations.create(
        name=COUNTY, kind="local", parent=None, region_code=REGION, by=SYSTEM
    )
    password = sample_password()
    make_accounts(password)
    with _signed_in("xian") as by:
        take(folder / BY_COUNTY[0], by, say)
    make_accounts(password)
    with _signed_in("xian") as by:
        for name in BY_COUNTY[1:]:
            take(folder / name, by, say)
    make_clerks(password)
    for file, town in town_files(folder):
        with _signed_in(account_of(town, county)) as by:
            take(file, by, say)
    if not first_week.is_finished():
        first_week.finish(by=SYSTEM)
    begin_sweep(county, say)


def begin_sweep(county: Organisation, say: Say) -> None:
    """This quarter's sweep, whose routes come from what the ledgers have just proved."""
    with _signed_in("xian") as by:
        sweep = opening.open_sweep(organisation=county, by=by)
    run_waiting()
    say(f"{sweep}：已开启")


def town_files(folder: Path) -> Iterator[tuple[Path, str]]:
    for name, town in BY_TOWN:
        yield folder / name, town
    for path in sorted(folder.glob(SERIES)):
        yield path, path.stem.rpartition("-")[2]


def account_of(town: str, county: Organisation) -> str:
    """The sample account of a town, by its name in the register."""
    organisation = Organisation.objects.get(parent=county, name__contains=town, kind__in=Organisation.COMMITTEE_KINDS)
    return User.objects.get(organisation=organisation, username__startswith="zhen").username


class _signed_in:  # noqa: N801 reads as a sentence
    def __init__(self, username: str) -> None:
        user = User.objects.select_related("organisation").get(username=username)
        self._acting = acting_as(actor_for(user, clock.today()))

    def __enter__(self) -> Actor:
        return self._acting.__enter__()

    def __exit__(self, *error: object) -> None:
        self._acting.__exit__(*error)


def take(path: Path, by: Actor, say: Say) -> None:
    """Check and apply one file, unless this unit has taken it in before."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if ImportBatch.objects.visible_to(by).filter(sha256=digest, state=State.APPLIED).exists():
        say(f"{path.name}：已经导入过")
        return
    batch = check(batch=receive(data=data, name=path.name, by=by), by=by, data=data)
    if batch.state != State.CHECKED:
        raise SampleLoadError(f"{path.name}：{batch.refusal}")
    batch = apply(batch=batch, by=by, mode=Mode.ALL)
    terms = "，".join(f"{name} {number}" for name, number in batch.terms.items())
    say(f"{path.name}：{terms or batch.counts}")
