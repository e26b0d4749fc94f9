"""From how many on a place of many of our people deserves a contact point, a group, a branch, a general branch."""

from core.rules import Rule

CONTACT_POINT = Rule(
    "gathering_contact_point",
    "当地没有驿站和流动支部，几名党员起建议设联络点",
    2,
    "本系统默认",
    unit="名",
    low=1,
    high=50,
)
GROUP = Rule(
    "gathering_group", "几名党员起建议成立流动党员党小组", 3,
    "各地通行做法：三名以上党员一同外出的，可以成立临时党支部或党小组", unit="名", low=2, high=50,
)  # fmt: skip
BRANCH = Rule(
    "branch_full_members", "成立党支部至少要几名正式党员", 3,
    "《中国共产党支部工作条例（试行）》：正式党员三人以上成立党支部", unit="名", low=3, high=50,
)  # fmt: skip
BRANCH_MOST = Rule(
    "branch_most_members", "党支部一般不超过几名党员", 50,
    "《中国共产党支部工作条例（试行）》：党支部党员人数一般不超过五十人", unit="名", low=10, high=200,
)  # fmt: skip
GENERAL_BRANCH = Rule(
    "gathering_general_branch", "超过几名党员建议成立流动党员党总支", 50,
    "《中国共产党农村基层组织工作条例》：党员超过五十人的村可以成立党总支；流动党员党组织参照，本系统默认", unit="名", low=10,
    high=500,
)  # fmt: skip
ALL = (CONTACT_POINT, GROUP, BRANCH, BRANCH_MOST, GENERAL_BRANCH)
