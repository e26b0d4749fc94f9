"""Writes of the register, one person at a time. All go through ``members.writing.Writer``, as the ledgers do."""
