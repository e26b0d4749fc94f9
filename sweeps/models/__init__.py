from sweeps.models.backcheck import BackCheck, BackCheckPerson
from sweeps.models.balance import BalanceName, Erratum, Explanation
from sweeps.models.canvass import Finding
from sweeps.models.item import Item
from sweeps.models.monitor import MonitorRun
from sweeps.models.printing import Printing
from sweeps.models.returns import Return
from sweeps.models.sweep import Sweep

__all__ = [
    "BackCheck", "BackCheckPerson", "BalanceName", "Erratum", "Explanation", "Finding", "Item", "MonitorRun", "Printing",
    "Return", "Sweep",
]  # fmt: skip
