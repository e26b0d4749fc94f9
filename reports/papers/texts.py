"""The prose of the papers: what comes with the portal, what a county wants in its place, and how figures get into it.

A text is lines of prose. The first is the title, the second to whom; 一、 and （一） begin headings; {流出人数} stands for a figure,
and a line that is {表：名称} or {图：名称} alone for a table or a chart. Nothing in it is a program: an unknown name is refused where the text is edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from branches.models import Organisation
from core.paths import ancestors
from reports.enums import PaperKind
from reports.models import PaperText

LONGEST = 8000
_NAME = re.compile(r"\{([^{}\n]{1,20})\}")
_BRACE = re.compile(r"[{}]")
SUMMARY_TABLE, PEOPLE_TABLE, SILENT_TABLE = "表：各单位情况", "表：人员结构", "表：未上报单位"
PLACES_CHART, AGES_CHART, WORK_CHART = "图：去向", "图：年龄", "图：行业"

COMMON = (
    "季度", "年份", "单位", "单位全称", "主送机关", "县名", "截至日期", "成文日期", "数字口径",
)  # fmt: skip
FIGURES = (
    "党员总数", "流动党员总数", "流出人数", "流入人数", "短期外出人数", "流出占比", "男", "女", "35岁及以下", "36至45岁", "46至60岁",
    "61岁及以上", "大专及以上", "中专高中中技", "初中及以下", "跨省人数", "省内人数", "境外人数", "去向不明人数", "主要去向", "主要行业",
    "主要原因", "持证人数", "有联系人人数", "结对率", "应联系人数", "已联系人数", "已联系率", "上季末", "新增", "减少", "本季末", "返乡人数",
    "转走人数", "已报到人数", "已纳入支部人数", "失联人数", "停止党籍人数", "应上报单位数", "未上报单位数",
)  # fmt: skip
OF_MEMBER = ("姓名", "党支部")


@dataclass(frozen=True)
class Model:
    """A text that can be edited. ``names``: what may stand in braces; ``inserts``: tables and charts, on a line of their own."""

    kind: PaperKind
    about: str
    default: str
    names: tuple[str, ...]
    inserts: tuple[str, ...] = ()


REPORT = Model(
    PaperKind.REPORT,
    "正文里的数字、表格、图自动填好；做法、问题和打算请按本县实际改。",
    """{季度}流动党员工作情况报告
{主送机关}：
现将{县名}{季度}流动党员工作情况报告如下。
一、基本情况
（一）总体情况。截至{截至日期}，{县名}共有党员{党员总数}名，流动党员{流动党员总数}名。其中流出{流出人数}名，占党员总数的{流出占比}；流入{流入人数}名。另有短期外出{短期外出人数}名。
（二）本季变化。上季末{上季末}名，本季新增{新增}名，减少{减少}名（返乡{返乡人数}名，转走组织关系{转走人数}名），本季末{本季末}名。
（三）流向和行业。流出党员中，跨省{跨省人数}名，省内{省内人数}名，境外{境外人数}名，去向不明{去向不明人数}名。主要去向：{主要去向}。主要行业：{主要行业}。主要原因：{主要原因}。
{图：去向}
{图：行业}
（四）人员结构。流出党员中，男{男}名，女{女}名；35岁及以下{35岁及以下}名，36至45岁{36至45岁}名，46至60岁{46至60岁}名，61岁及以上{61岁及以上}名；大专及以上学历{大专及以上}名。
{图：年龄}
{表：人员结构}
{表：各单位情况}
二、主要做法
（一）摸清底数。坚持一季一更新，本季应联系{应联系人数}名，已联系{已联系人数}名，占{已联系率}。
（二）落实联系。{有联系人人数}名流出党员有结对联系人，占{结对率}；{持证人数}名持有《流动党员活动证》。
（三）双向共管。{已报到人数}名已在流入地报到，{已纳入支部人数}名已纳入支部参加组织生活。
三、存在的问题
（一）查找失联党员还有工作要做：现有失联{失联人数}名，停止党籍{停止党籍人数}名。
（二）去向要继续核实：流出党员中去向没有掌握的{去向不明人数}名。
四、下步打算
（一）继续联系没有联系上的党员，把去向、单位、电话核实清楚。
（二）对外出时间长、地点固定的党员，及时办理组织关系转接。
""",
    (*COMMON, *FIGURES),
    (SUMMARY_TABLE, PEOPLE_TABLE, PLACES_CHART, WORK_CHART, AGES_CHART),
)
REMINDER = Model(
    PaperKind.REMINDER,
    "附未上报单位名单，按规定顺序排列，不排名次。",
    """关于抓紧上报{季度}流动党员排查情况的提醒
各有关党组织：
{季度}流动党员排查已经开展。截至{截至日期}，应上报的{应上报单位数}个党组织中，还有{未上报单位数}个没有上报。请名单所列党组织抓紧核实、按期上报；有困难的，请及时同我们联系，也可以由上级党组织代录。
{表：未上报单位}
""",
    (*COMMON, "应上报单位数", "未上报单位数"),
    (SILENT_TABLE,),
)
LETTER = Model(
    PaperKind.LETTER,
    "每名流动党员一页，姓名和党支部自动填好。",
    """致流动党员的一封信
{姓名}同志：
您好！您在外工作、生活，家乡的党组织一直惦记着您。
无论走到哪里，都请记得自己是一名党员：到了一个地方，就近找党组织报到，参加那里的组织生活；按时交纳党费；每年至少向{党支部}汇报一次思想、工作和生活情况。
您的住址、单位、电话变了，请及时告诉支部。遇到就业、就医、子女上学等困难，也请告诉我们，能办的一定尽力办好。
返乡时，欢迎到支部坐一坐，说说外面的变化，也看看家乡的变化。
祝您工作顺利、身体健康、阖家幸福！
""",
    (*COMMON, *OF_MEMBER),
)
MODELS = {one.kind: one for one in (REPORT, REMINDER, LETTER)}


@dataclass(frozen=True)
class Text:
    """What holds at an organisation. ``owner``: who worded it; None: the portal. ``version`` 0: nothing of its own yet."""

    model: Model
    body: str
    owner: Organisation | None = None
    version: int = 0


def text_of(kind: PaperKind, organisation: Organisation) -> Text:
    """Its own words, else those of the nearest above, else the portal's."""
    model = MODELS[kind]
    above = PaperText.objects.filter(key=kind.value, organisation__path__in=ancestors(organisation.path))
    nearest = above.select_related("organisation").order_by("-organisation__path").first()
    if nearest is None:
        return Text(model, model.default)
    own = nearest.organisation_id == organisation.pk
    return Text(model, nearest.body, nearest.organisation, nearest.version if own else 0)


def problems(model: Model, body: str) -> list[str]:
    """What is wrong with a text, as sentences."""
    lines = [line for line in body.splitlines() if line.strip()]
    found = [] if len(lines) > 2 else ["至少要有标题、称呼和一段正文，各占一行。"]
    if len(body) > LONGEST:
        found.append(f"太长了，最多 {LONGEST} 个字。")
    for line in lines:
        for name in _NAME.findall(line):
            if name in model.inserts and line.strip() != f"{{{name}}}":
                found.append(f"{{{name}}}要单独占一行。")
            elif name not in model.names and name not in model.inserts:
                found.append(f"没有“{{{name}}}”这一项。可以用的列在这一页上，请照着写。")
        if _BRACE.search(_NAME.sub("", line)):
            found.append(f"这一行的大括号没有成对：{line.strip()[:30]}")
    return list(dict.fromkeys(found))


def filled(line: str, figures: Mapping[str, str]) -> str:
    """Names that are not among ``figures`` stay as they are: those of a member are filled in letter by letter."""
    return _NAME.sub(lambda found: figures.get(found[1], found[0]), line)


def paragraphs(body: str) -> list[str]:
    return [line.strip() for line in body.splitlines() if line.strip()]


def insert_in(line: str, names: Iterable[str]) -> str:
    """The table or chart that a line stands for, "" for prose."""
    return next((name for name in names if line == f"{{{name}}}"), "")
