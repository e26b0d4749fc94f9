"""Rules: inherited, by kind, from a day on."""

import datetime as dt

import pytest

from audit.models import Event
from branches import rules
from branches.terms import rule_key, term
from core import rules as declared
from core.errors import NotAllowed, UserError
from core.rules import Rule

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
KEY = "term_warn_months"


@pytest.fixture
def flag():
    declared.register(Rule("test_flag", "试用", False, "测试", kind="flag"))
    declared.register(Rule("test_choice", "试选", "a", "测试", kind="choice", choices=(("a", "甲"), ("b", "乙"))))
    yield
    for key in ("test_flag", "test_choice"):
        del declared._rules[key]


def test_the_default_stands_until_somebody_sets_it(branch):
    found = rules.explain(KEY, branch, DAY)
    assert (found.value, found.source) == (6, "本系统默认")
    assert rules.value(KEY, None, DAY) == 6


def test_the_nearest_organisation_wins_then_the_kind_then_the_day(county, town, branch, other_town, county_actor):
    def put(organisation, value, **more):
        rules.set_rule(organisation=organisation, key=KEY, value=value, by=county_actor, **more)

    put(county, 3, starts_on=dt.date(2026, 1, 1))
    put(county, 4, starts_on=dt.date(2026, 6, 1))
    put(county, 5, starts_on=dt.date(2027, 1, 1))
    put(county, 9, kind="631", starts_on=dt.date(2025, 1, 1))
    put(town, 12, starts_on=dt.date(2026, 10, 1))
    assert rules.value(KEY, county, DAY) == 4
    assert rules.value(KEY, county, dt.date(2026, 3, 1)) == 3
    assert rules.value(KEY, branch, DAY) == 12
    assert rules.value(KEY, branch, dt.date(2026, 9, 1)) == 9
    assert rules.value(KEY, other_town, DAY) == 4
    assert {pk: at[KEY] for pk, at in rules.values_at([KEY], [county, town, branch, other_town], DAY).items()} == {
        county.pk: 4, town.pk: 12, branch.pk: 12, other_town.pk: 4,
    }  # fmt: skip
    assert "马店镇党委" in rules.explain(KEY, branch, DAY).source
    assert [one.value for one in rules.history(KEY, county)] == [5, 4, 3, 9]


def test_a_page_reads_what_is_set_once_and_finds_the_same(
    county, town, branch, county_actor, django_assert_num_queries
):
    day = dt.date(2026, 1, 1)
    rules.set_rule(organisation=county, key=KEY, value=3, by=county_actor, starts_on=day)
    rules.set_rule(organisation=town, key=KEY, value=12, by=county_actor, starts_on=dt.date(2026, 10, 1))
    rules.set_rule(organisation=county, key="branch_term_years", value=4, kind="631", by=county_actor, starts_on=day)

    def asked():
        return [
            rules.value(KEY, branch, DAY), rules.value(KEY, county, DAY), rules.value(KEY, branch, dt.date(2026, 9, 1)),
            rules.values_at([KEY, "branch_term_years"], [county, branch], DAY), rules.in_force(KEY, DAY),
            [(one.rule.key, one.value, one.setting) for one in rules.explain_all(branch, DAY)],
        ]  # fmt: skip

    plain = asked()
    with django_assert_num_queries(1), rules.read_once():
        assert asked() == plain

    # outside of it, and in the next page, what was set since is there
    rules.set_rule(organisation=town, key=KEY, value=9, by=county_actor, starts_on=DAY)
    assert rules.value(KEY, branch, DAY) == 9
    with rules.read_once():
        assert rules.value(KEY, branch, DAY) == 9


def test_the_same_day_again_replaces_and_is_told(county, county_actor):
    for number in (3, 4):
        rules.set_rule(organisation=county, key=KEY, value=number, by=county_actor, starts_on=DAY)
    assert rules.value(KEY, county, DAY) == 4
    assert [event.data["before"] for event in Event.objects.order_by("pk")] == [None, 3]


def test_values_are_checked(county, county_actor, flag):
    for key, wrong in ((KEY, "many"), (KEY, 25), (KEY, -1), ("test_flag", "maybe"), ("test_choice", "c")):
        with pytest.raises(UserError):
            rules.set_rule(organisation=county, key=key, value=wrong, by=county_actor)
    assert rules.set_rule(organisation=county, key="test_flag", value="1", by=county_actor).value is True
    with pytest.raises(KeyError):
        rules.set_rule(organisation=county, key="nobody_declared", value=1, by=county_actor)


def test_only_settings_may_set(town, town_actor):
    with pytest.raises(NotAllowed):
        rules.set_rule(organisation=town, key=KEY, value=1, by=town_actor)


@pytest.mark.parametrize(
    ("elected", "tone"), [("2026-01-09", "ok"), ("2022-03-01", "warn"), ("2020-01-01", "bad"), (None, None)]
)
def test_a_village_elects_every_five_years(branch, elected, tone):
    branch.elected_on = branch._meta.get_field("elected_on").to_python(elected)
    assert rule_key(branch) == "village_term_years"
    found = term(branch, DAY)
    assert (found.tone if found else None) == tone
