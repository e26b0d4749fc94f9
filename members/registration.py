"""What this app tells the registries when Django has loaded the models."""


def register() -> None:
    """Ledgers, hooks, handlers, rules and navigation of the register."""
