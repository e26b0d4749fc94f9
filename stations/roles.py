"""The role that works at a station."""

from accounts.roles import Role
from core.permissions import Permission as P  # noqa: N817 as in accounts.roles

STATION = Role(
    "station",
    "驿站工作人员",
    "查看本驿站联系的党员（号码遮盖），登记到站报到；不能修改档案，看不到别处的党员。",
    frozenset({P.VIEW, P.CHECK_IN}),
    phone=True,
    at_outpost=True,
)
