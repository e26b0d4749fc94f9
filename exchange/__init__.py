"""The ledger engine: read, map, check, compare, apply, undo, and give the books back."""
