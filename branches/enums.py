"""What kinds of organisation there are and which may sit under which."""

from __future__ import annotations

PLACES = frozenset({"village", "community"})
BRANCHES = frozenset({"631", "632", "931", "932"})
GENERAL_BRANCHES = frozenset({"621", "921"})
COMMITTEES = frozenset({"611", "911", "working", "local"})
TEMPORARY = frozenset({"911", "921", "931", "932"})
COUNTY = "local"

# Kind -> the kinds it may sit under. Nothing stands above the county's own committee. A village's committee (611)
# may sit under the town's (支部工作条例: village of a hundred members and more); a place groups what stands in it.
MAY_SIT_UNDER: dict[str, frozenset[str]] = {
    "local": frozenset(),
    "working": frozenset({"local"}),
    "611": frozenset({"local", "working", "611"}) | PLACES,
    "911": frozenset({"local", "working", "611"}),
    "621": COMMITTEES | PLACES,
    "921": COMMITTEES | PLACES,
    "631": COMMITTEES | GENERAL_BRANCHES | PLACES,
    "632": COMMITTEES | GENERAL_BRANCHES | PLACES,
    "931": COMMITTEES | GENERAL_BRANCHES | PLACES,
    "932": COMMITTEES | GENERAL_BRANCHES | PLACES,
    "group": BRANCHES,
    "village": COMMITTEES | GENERAL_BRANCHES,
    "community": COMMITTEES | GENERAL_BRANCHES,
}

MARKS: dict[str, str] = {
    "mobile": "流动党员党组织",
    "retired": "离退休党员党组织",
    "trade": "行业党组织",
}

# Words in a remark or a name that set a mark when a roster is taken in.
MARK_WORDS: dict[str, tuple[str, ...]] = {
    "mobile": ("流动党员党支部", "流动党员支部", "流动党员党委", "流动党员党总支", "流动党支部"),
    "retired": ("离退休", "老干部支部"),
}

# The official ending of a name and the kind it stands for; longest first.
_ENDINGS = (
    ("临时联合支部委员会", "932"),
    ("联合支部委员会", "632"),
    ("联合党支部", "632"),
    ("临时总支部委员会", "921"),
    ("临时支部委员会", "931"),
    ("总支部委员会", "621"),
    ("支部委员会", "631"),
    ("党总支", "621"),
    ("党支部", "631"),
    ("党小组", "group"),
    ("工作委员会", "working"),
    ("党工委", "working"),
    ("临时委员会", "911"),
    ("委员会", "611"),
    ("党委", "611"),
)


def kind_of_name(name: str) -> str:
    """The kind that a name's ending speaks for; "" when it says nothing."""
    return next((kind for ending, kind in _ENDINGS if name.endswith(ending)), "")


def marks_in(text: str) -> list[str]:
    """The marks that a remark names."""
    return [mark for mark, words in MARK_WORDS.items() if any(word in text for word in words)]
