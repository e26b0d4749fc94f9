"""The gallery at /ui/: every component in every state. Only where settings.GALLERY is true; all people are invented."""

from datetime import datetime

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core import charts
from core.components import (
    Bar,
    Entry,
    Fact,
    FieldChange,
    FilterChip,
    Link,
    PageSize,
    SavedFilter,
    Segment,
    Step,
    Tab,
    Todo,
    TreeNode,
)
from core.views.access import public

HERE = "#content"


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="姓名", max_length=20, help_text="与身份证上一致")
    left_on = forms.CharField(
        label="外出时间", error_messages={"required": "请填外出时间，只知道年月也可以，如 2024-07"}
    )
    region = forms.ChoiceField(label="去向", choices=[("", "请选择"), ("320583", "江苏省苏州市昆山市")], required=False)
    kind = forms.ChoiceField(label="人员类别", choices=[("1", "正式党员"), ("2", "预备党员")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False, help_text="不要写身份证号和手机号")
    agreed = forms.BooleanField(label="本人同意登记家属电话", required=False)


class SampleSignIn(forms.Form):
    """What a signed-out page asks."""

    username = forms.CharField(label="用户名", help_text="一般是您的手机号")
    password = forms.CharField(label="密码或口令", widget=forms.PasswordInput)


class SampleFilter(forms.Form):
    """The drop-downs of a list."""

    reach = forms.ChoiceField(label="去向", choices=[("", "不限"), ("out", "跨省")], required=False)
    trade = forms.ChoiceField(label="行业", choices=[("", "不限"), ("C", "制造业")], required=False)


PEOPLE = [
    ("张建国", "男", "卫屯村党支部", "江苏 苏州 昆山", "2021-06", "本季已核实", "ok"),
    ("李秀英", "女", "卫屯村党支部", "北京 朝阳", "2019-03", "地点待核实", "info"),
    ("王海涛", "男", "孙楼村党支部", "上海 浦东", "2024-07", "电话打不通", "warn"),
    ("陈卫东", "男", "何寨村党支部", "广东 深圳 宝安", "2016-05", "联系不上 5 个月", "bad"),
    ("周玉珍", "女", "何寨村党支部", "海南 三亚", "2023-10", "未排查", "neutral"),
]


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=timezone.get_default_timezone())


def sample_charts() -> list[charts.Chart]:
    """One of each."""
    trades = [Bar("制造业", 96, HERE), Bar("信息传输、软件和信息技术服务业", 41, HERE), Bar("建筑业", 12, HERE)]
    routes = [Segment("都还有效", 120, 1, HERE), Segment("部分待核实", 60, 2, HERE), Segment("久未联系", 20, 4, HERE)]
    ages = [("35 岁及以下", 40, 22, 0), ("36—45 岁", 75, 38, 1)]
    quarters = [
        charts.Point(f"2026年第{name}季度", ("2026", f"{name}季"), (320 + 9 * n, None if n > 1 else 322 + 8 * n), HERE)
        for n, name in enumerate("一二三")
    ]
    places = {"32": Bar("江苏省", 96, HERE), "11": Bar("北京市", 44, HERE), "23": Bar("黑龙江省", 2, HERE)}
    sides = [
        (label, Segment("男", men, 1, HERE), Segment("女", women, 3, HERE), Segment("没有登记", none, 2))
        for label, men, women, none in ages
    ]
    return [
        charts.bars("trades", "行业", trades, most=2, head="行业"),
        charts.stacked("routes", "本季要核实的人", [("路线", routes)]),
        charts.pyramid("ages", "年龄与性别", sides),
        charts.line("quarters", "各季度人数", ("上报数", "现在所知"), quarters),
        charts.tile_map("places", "去了哪里", places),
        charts.bars("empty", "还没有人", [], head="行业"),
    ]


def sample() -> dict[str, object]:
    """Everything that the gallery and the two mock pages show."""
    segments = [Segment("已核实", 17, 1), Segment("已有记录", 8, 2), Segment("已变更", 3, 3), Segment("联系不上", 2, 4)]
    branches = [
        TreeNode("卫屯村党支部", HERE, 4),
        TreeNode("孙楼村党支部", HERE, 3),
        TreeNode("何寨村党支部", HERE, 11),
    ]
    town = TreeNode("柳河镇", HERE, 30, is_current=True, is_open=True, children=branches)
    later = TreeNode("青石镇", HERE, 26, branch_url="/ui/?part=branch")
    return {
        "form": SampleForm({"name": "", "left_on": "", "kind": "1"}),
        "sign_in": SampleSignIn(),
        "filter_form": SampleFilter({"reach": "out"}),
        "keep": [("org", "0101")],
        "chips": [FilterChip("去向：跨省", HERE), FilterChip("行业：制造业", HERE)],
        "people": PEOPLE,
        "blockers": ["还有 6 人没有核实", "本季账不平：期初 30 + 新增 2 - 返乡 1，应为 31，名单上是 30"],
        "tabs": [
            Tab("全部", HERE, 28, is_current=True),
            Tab("新增流动", HERE, 21),
            Tab("变更", HERE, 4),
            Tab("无变化", HERE, 1),
            Tab("需处理", HERE, 2, tone="bad"),
        ],
        "steps": [Step("上传", "done", HERE), Step("识别表头", "done", HERE), Step("核对", "current"), Step("导入"), Step("结果")],
        "nodes": [TreeNode("云湖县", HERE, 335, is_open=True, children=[town, later])],
        "branch": branches,
        "crumbs": [Link("党员", HERE), Link("柳河镇", HERE), Link("王海涛")],
        "saved": [
            SavedFilter("跨省且未核实", HERE, 12, is_current=True, delete_url="/ui/"),
            SavedFilter("年底到期", HERE, 3, delete_url="/ui/"),
        ],
        "sizes": [PageSize(20, HERE), PageSize(50, HERE, is_current=True), PageSize(100, HERE)],
        "facts": [
            Fact("性别", "男"),
            Fact("民族", "汉族"),
            Fact("出生日期", "1986-04-12", "身份证号推得"),
            Fact("学历", ""),
            Fact("所在支部", "孙楼村党支部", url=HERE),
            Fact("入党时间", "2009-07-01", "2026-03-02 台账核实"),
            Fact("现在的地方", "上海市浦东新区", "已过 90 天，待核实", tone="warn"),
            Fact("单位与行业", "某物流站点 · 交通运输业", "2026-08-02 电话核实"),
        ],
        "history": [
            Entry(
                _at(18, 16, 20), "导入台账时更新", "马店镇 李梅", "流出党员花名册-马店镇.xls 第 5 行",
                [FieldChange("流入地", "江苏省苏州市", "浙江省杭州市余杭区"), FieldChange("证件", "", "0032871")], url=HERE,
            ),
            Entry(_at(12, 9, 41), "电话打不通", "孙楼村党支部 赵书记", "第 2 次，周末再打", tone="bad"),
            Entry(_at(2, 10, 0), "建立档案", "柳河镇 李梅"),
        ],
        "todos": [
            Todo("大营镇 3 名党员联系不上将满六个月", HERE, "快到期", "warn", "最早 11 月 26 日"),
            Todo("2 份外出回执对方未确认", HERE, "已超期", "bad", "驻苏州、驻青岛"),
            Todo("台账导入等待确认：马店镇 28 行", HERE, "提醒", "info", "26 人可用，2 行需改正"),
        ],
        "segments": segments,
        "bars": [Bar("江苏", 36, HERE), Bar("北京", 44, HERE), Bar("四川", 21, HERE), Bar("西藏", 0)],
        "charts": sample_charts(),
        "lines": ["第 9 行：身份证号在表里存成了数字，末三位已经丢失。", "第 17 行：2025 年 2 月没有 30 日。"],
        "errors": ["文件“台账.et”不能直接读。请在 WPS 里另存为 xlsx 再传。"],
    }  # fmt: skip


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """GET /ui/, `?page=list`, `person`, `public` for whole pages; 404 unless settings.GALLERY."""
    if not settings.GALLERY:
        raise Http404
    if request.GET.get("part") == "branch":
        return render(request, "components/tree_nodes.html", {"nodes": sample()["branch"]})
    template = {"list": "ui/list.html", "person": "ui/person.html", "public": "ui/public.html"}.get(
        request.GET.get("page", ""), "ui/gallery.html"
    )
    return render(request, template, sample())
