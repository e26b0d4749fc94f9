"""The ledgers of the register, one module each; ``ALL`` is what the registry gets."""

from members.ledgers.inflow import Inflow
from members.ledgers.lost import Lost
from members.ledgers.outflow import Outflow
from members.ledgers.register import Register

ALL = (Register(), Outflow(), Inflow(), Lost())
