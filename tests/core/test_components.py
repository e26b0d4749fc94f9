"""Components: options are checked, states are shown in words, the gallery shows them all."""

import re
from types import SimpleNamespace

import pytest
from django import forms
from django.http import Http404
from django.template import Context, Engine, Template, TemplateSyntaxError
from django.test import RequestFactory

from core import charts, navigation
from core.component_options import ComponentError, load, names, parse
from core.components import Entry, FieldChange, Segment, TreeNode
from core.navigation import NavItem
from core.views import gallery
from core.views.text_size import set_text_size, text_size


def html(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


class NameForm(forms.Form):
    name = forms.CharField(label="姓名", help_text="与身份证上一致")
    kind = forms.ChoiceField(label="类别", choices=[("1", "正式"), ("2", "预备")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="同意", required=False)


# --- options


def test_unknown_option_stops_the_template_from_compiling():
    with pytest.raises(TemplateSyntaxError, match="has no option colour"):
        html('{% component "chip" text="好" colour="red" %}')


def test_missing_required_option_stops_the_template_from_compiling():
    with pytest.raises(TemplateSyntaxError, match="needs text"):
        html('{% component "chip" %}')


@pytest.mark.parametrize(
    "source",
    [
        '{% component "nothing" %}',
        "{% component chip text='x' %}",
        '{% component "chip" "x" %}',
        '{% component "card" %}',
        '{% wrap "chip" text="x" %}{% endwrap %}',
    ],
)
def test_wrong_use_stops_the_template_from_compiling(source: str):
    with pytest.raises(TemplateSyntaxError):
        html(source)


def test_wrong_value_raises_in_debug(settings):
    settings.DEBUG = True
    with pytest.raises(ComponentError, match="tone='green'"):
        html('{% component "chip" text="好" tone=tone %}', tone="green")


def test_wrong_value_falls_back_in_production():
    template = Engine(
        dirs=[Engine.get_default().dirs[0]], builtins=["core.templatetags.portal", "django.templatetags.static"]
    )
    shown = template.from_string('{% component "chip" text="好" tone="green" %}').render(Context())
    assert "chip--neutral" in shown


def test_component_sees_nothing_of_the_page_around_it():
    assert "漏出" not in html('{% component "chip" text="好" %}', url="漏出")


def test_every_component_declares_itself():
    assert len(names()) > 25
    for name in names():
        assert load(name).about, name


def test_header_is_required():
    with pytest.raises(ComponentError):
        parse("x", "<p></p>")


def test_text_is_escaped():
    shown = html(
        '{% wrap "card" heading=bad %}{{ bad }}{% endwrap %}{% component "notice" text=bad %}', bad="<b onclick=x>"
    )
    assert "<b onclick" not in shown


# --- single components


def test_button_with_blockers_is_off_and_says_why():
    shown = html('{% component "button" label="上报" blockers=why tone="main" %}', why=["还有 6 人没有核实"])
    assert 'aria-disabled="true"' in shown
    assert 'type="button"' in shown
    assert "还有 6 人没有核实" in shown
    assert 'aria-describedby="blockers-action"' in shown


def test_button_without_blockers_submits():
    assert 'type="submit"' in html('{% component "button" label="上报" blockers=why %}', why=[])


def test_pager_says_where_and_caps():
    shown = squeezed(html('{% component "pager" total=10000 capped=True first=1 last=50 next_url="?c=x" %}'))
    assert "第 1-50 人，共 10,000+ 人" in shown
    assert "下一页" in shown
    assert "上一页" not in shown


def test_pager_of_a_short_list_is_no_landmark():
    assert "<nav" not in html('{% component "pager" total=3 %}')


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("苏州", "杭州", "原为 苏州 改为 杭州"),
        ("", "杭州", "改为 杭州"),
        ("苏州", "", "原为 苏州 清空"),
        ("苏州", "苏州", "苏州"),
    ],
)
def test_diff_says_it_in_words(before: str, after: str, expected: str):
    shown = html('{% component "diff" before=before after=after %}', before=before, after=after)
    assert squeezed(re.sub(r"<[^>]+>", "", shown)).strip() == expected


def test_masked_number_is_shown_by_post_only():
    shown = html(
        '{% component "masked" text="199****4471" url="/x/" field="phone" label="手机号" %}', csrf_token="token"
    )
    assert 'method="post"' in shown
    assert "csrfmiddlewaretoken" in shown
    assert "显示手机号" in shown


def test_tree_loads_later_branches_and_marks_the_current_one():
    town = TreeNode("柳河镇", "/a", 30, is_current=True, is_open=True, children=[TreeNode("卫屯村", "/b", 4)])
    shown = html(
        '{% component "tree" nodes=nodes current="柳河镇" %}',
        nodes=[town, TreeNode("青石镇", "/c", branch_url="/branch")],
    )
    assert shown.count("aria-current") == 1
    assert "<details open>" in shown
    assert 'hx-get="/branch"' in shown


def test_timeline_shows_fields_before_and_after(settings):
    at = gallery.sample()["history"][0].at
    entry = Entry(at, "更新", "李梅", changes=[FieldChange("去向", "苏州", "杭州")])
    shown = html('{% component "timeline" items=items time="time" %}', items=[entry])
    assert "2026-11-18 16:20" in shown
    assert "<del" in shown
    assert "<ins" in shown


def test_filter_bar_posts_the_search_and_gets_the_choices():
    shown = html(
        '{% component "filter_bar" form=form action="/x/" keep=keep search_url="/s/" %}',
        form=gallery.SampleFilter(),
        keep=[("org", "01")],
    )
    search, choices = re.findall(r"<form.*?</form>", shown, re.DOTALL)
    assert 'method="post"' in search
    assert 'name="q"' in search
    assert 'method="get"' in choices
    assert 'name="q"' not in choices
    assert search.count('name="org"') == choices.count('name="org"') == 1


# --- forms


def test_field_ties_label_hint_and_error_together():
    shown = html("{% field form.name %}", form=NameForm({}))
    assert '<label class="field__label" for="id_name">' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    for part in ("id_name_helptext", "id_name_error"):
        assert shown.count(f'id="{part}"') == 1


def test_field_without_hint_or_error_is_described_by_nothing():
    assert "aria-describedby" not in html("{% field form.agreed %}", form=NameForm())


def test_several_controls_are_a_group_with_a_legend():
    shown = html("{% field form.kind %}", form=NameForm())
    assert "<fieldset" in shown
    assert "<legend" in shown


def test_error_summary_leads_to_each_field():
    shown = html('{% component "error_summary" form=form %}', form=NameForm({}))
    assert "有 2 处要改" in shown
    targets = re.findall(r'href="#(\w+)"', shown)
    fields = html("{% field form.name %}{% field form.kind %}", form=NameForm({}))
    assert len(targets) == 2
    for target in targets:
        assert f'id="{target}"' in fields


def test_a_missing_field_is_asked_for_by_its_name():
    form = NameForm({})
    name, kind = form["name"].label, form["kind"].label
    beside = html("{% field form.name %}{% field form.kind label='别的叫法' %}", form=form)
    assert f">请填写{name}<" in beside
    assert ">请选择别的叫法<" in beside
    summary = html('{% component "error_summary" form=form %}', form=form)
    assert f">请填写{name}<" in summary
    assert f">请选择{kind}<" in summary


def test_a_sentence_of_the_forms_own_stays():
    form = NameForm({})
    form.fields["name"].error_messages["required"] = "没有名字查不了"
    assert ">没有名字查不了<" in html("{% field form.name %}", form=form)
    assert f">{form['name'].label}：没有名字查不了<" in html('{% component "error_summary" form=form %}', form=form)


def test_error_summary_of_a_good_form_is_empty():
    assert html('{% component "error_summary" form=form %}', form=NameForm({"name": "张", "kind": "1"})).strip() == ""


# --- charts


def test_stacked_bar_has_words_and_no_inline_style():
    shown = charts.stacked_bar([Segment("已核实", 17), Segment("待核实", 3, 2)], 20)
    assert 'aria-label="已核实 17，待核实 3，共 20"' in shown
    assert "style=" not in shown
    assert re.findall(r'width="([\d.]+)" height="8"></rect>', shown) == ["100", "85.0", "15.0"]


@pytest.mark.parametrize(("done", "total", "width"), [(0, 0, "0.0"), (5, 0, "0.0"), (30, 20, "100.0"), (-1, 20, "0.0")])
def test_progress_bar_stays_in_its_box(done: int, total: int, width: str):
    assert f'x="0.0" width="{width}"' in charts.progress_bar(done, total)


def test_parts_beyond_the_total_do_not_stick_out():
    shown = charts.stacked_bar([Segment("甲", 15), Segment("乙", 15)], 20)
    assert re.findall(r'x="[\d.]+" width="([\d.]+)"', shown) == ["75.0", "25.0"]


# --- navigation, text size, gallery


@pytest.fixture
def entries(monkeypatch):
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_address", lambda item: f"/{item.url_name}/".replace("//", "/"))
    navigation.register(NavItem("list", "党员", "people", 20, 1, "view"))
    navigation.register(NavItem("home", "工作台", "", 10, 1))
    navigation.register(NavItem("log", "操作日志", "log", 30, 2, "audit"))


@pytest.mark.usefixtures("entries")
def test_navigation_shows_what_the_reader_may_open():
    reader = SimpleNamespace(can=lambda permission: permission == "view")
    shown = navigation.for_reader(reader, "/people/3/")
    assert [[(entry.label, entry.is_current) for entry in group] for group in shown] == [
        [("工作台", False), ("党员", True)]
    ]


@pytest.mark.usefixtures("entries")
def test_navigation_home_is_current_only_at_home():
    shown = navigation.for_reader(SimpleNamespace(can=lambda permission: True), "/")
    assert [entry.is_current for group in shown for entry in group] == [True, False, False]


@pytest.mark.usefixtures("entries")
def test_navigation_key_is_taken_once():
    with pytest.raises(ValueError, match="taken"):
        navigation.register(NavItem("home", "别的", "x", 1, 1))


def test_navigation_is_empty_for_nobody():
    assert navigation.for_reader(None, "/") == []


@pytest.mark.parametrize(
    ("back", "expected"), [("/a/?b=1", "/a/?b=1"), ("https://evil.example/", "/"), ("//evil.example", "/")]
)
def test_text_size_goes_back_only_to_this_site(back: str, expected: str):
    response = set_text_size(RequestFactory().post("/text-size/", {"size": "huge", "next": back}))
    assert response["Location"] == expected
    assert response.cookies["text_size"].value == "huge"


def test_unknown_text_size_is_the_standard():
    request = RequestFactory().get("/")
    request.COOKIES["text_size"] = '"><script>'
    assert text_size(request) == "standard"
    assert "text_size" not in set_text_size(RequestFactory().post("/text-size/", {"size": "tiny"})).cookies


@pytest.fixture
def visit(rf):
    def ask(address: str):
        request = rf.get(address)
        request.actor = None
        return gallery.gallery(request).content.decode()

    return ask


@pytest.mark.parametrize(
    "address", ["/ui/", "/ui/?page=list", "/ui/?page=person", "/ui/?page=public", "/ui/?part=branch"]
)
def test_gallery_renders_without_an_undefined_variable(visit, address: str):
    shown = visit(address)
    assert "⚠" not in shown
    assert "{%" not in shown
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert sorted(ids) == sorted(set(ids))


def test_gallery_is_closed_elsewhere(visit, settings):
    settings.GALLERY = False
    with pytest.raises(Http404):
        visit("/ui/")
