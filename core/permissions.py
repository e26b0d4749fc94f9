"""What an actor may do somewhere in the tree. Roles (``accounts.roles``) are bundles of these."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "view"  # see members and journeys, numbers masked
    EDIT = "edit"  # change single records
    IMPORT = "import"  # take ledgers in
    EXPORT = "export"  # take ledgers out
    FULL_NUMBERS = "full_numbers"  # see and export whole identity and phone numbers
    CHECK_IN = "check_in"  # register who has arrived at a station
    ORGANISE = "organise"  # create, rename, move and close organisations; posts
    ACCOUNTS = "accounts"  # make accounts, grants and slips
    AUDIT = "audit"  # read the log of the subtree
    SETTINGS = "settings"  # rules, learned mappings, texts
    SYSTEM = "system"  # accounts of administrators, keys, backup: no personal data
