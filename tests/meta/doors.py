"""What it takes to open each address, by its name: :data:`DOORS`. Objects asked for belong to the cast's branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

from core.permissions import Permission as P  # noqa: N817 the table below reads better
from portal.first_week.state import STEPS

HERE, NEXT_DOOR = "鸑鷟甲", "驊騮乙"  # names of two members, one of the cast's branch and one of the branch next door
ADMIN = "admin"


def patterns(resolver: Any = None, above: tuple[str, ...] = ()) -> Iterator[URLPattern]:
    """Every address of the portal; those of the system administrator's tables have their own test."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace != ADMIN:
                yield from patterns(one)
        else:
            yield one


@dataclass(frozen=True)
class Door:
    """``kind``: public | signed_in | right (somewhere) | scope (at the branch) | own (the secretary's alone).

    ``needs``: what opens it; for "scope" whoever may not even ``sees`` it is told "not found", and whoever sees it
    without ``needs`` is refused. ``args``: names of things in the fixture ``things``. ``query``: for both methods, with
    names of things in braces. ``body``: of the POST. ``never``: who is refused whatever the rights say. ``outposts``: open
    to whoever holds the right at a station alone, too.
    """

    kind: str
    needs: P | None = None
    args: tuple[str, ...] = ()
    sees: P | None = P.VIEW
    query: str = ""
    body: str = ""
    never: tuple[str, ...] = ()
    outposts: bool = False


def right(needs: P, *args: str, **more: Any) -> Door:
    return Door("right", needs, args, **more)


def scope(needs: P, *args: str, **more: Any) -> Door:
    return Door("scope", needs, args, **more)


def account(*args: str, **more: Any) -> Door:
    """Of the secretary: whoever looks after no accounts is refused, who does so elsewhere finds nothing."""
    return Door("scope", P.ACCOUNTS, args, sees=None, **more)


PUBLIC, SIGNED_IN = Door("public"), Door("signed_in")


def own(*args: str, needs: P | None = None) -> Door:
    return Door("own", needs, args)


# A secretary is the town's and the county's to look after: whoever prints a slip for an account can become its holder.
NOT_THEIRS = ("system",)
# A back-check is the level above's, until its result is shown to those who were checked.
OWN_RETURN = ("secretary",)
# The host's steps, on a journey that names no host: those who may edit it are not the host.
HOSTS = ("secretary", "town", "county")

DOORS: dict[str, Door] = {
    "home": SIGNED_IN,
    "set-up": PUBLIC,
    "set-up-county": PUBLIC,
    "first-week": right(P.SETTINGS),
    **{one.url_name: right(P.SETTINGS) for one in STEPS},
    "first-week-finish": right(P.SETTINGS),
    "help": PUBLIC,
    "feedback": SIGNED_IN,
    "text-size": PUBLIC,
    "gallery": PUBLIC,
    "health": PUBLIC,
    "event-list": right(P.AUDIT),
    "subject-events": right(P.AUDIT, "member"),
    "organisation-list": SIGNED_IN,
    "organisation-detail": Door("signed_in", args=("branch",)),
    "organisation-branch": Door("signed_in", args=("branch",)),
    "organisation-new": scope(P.ORGANISE, "branch"),
    "organisation-edit": scope(P.ORGANISE, "branch"),
    "organisation-move": scope(P.ORGANISE, "branch"),
    "organisation-close": scope(P.ORGANISE, "branch"),
    "organisation-reopen": scope(P.ORGANISE, "branch"),
    "organisation-order": scope(P.ORGANISE, "branch"),
    "post-new": scope(P.ORGANISE, "branch"),
    "post-edit": scope(P.ORGANISE, "post"),
    "post-end": scope(P.ORGANISE, "post"),
    "post-phone": scope(P.FULL_NUMBERS, "post"),
    "rule-list": right(P.SETTINGS),
    "rule-edit": right(P.SETTINGS, "rule"),
    "sign-in": PUBLIC,
    "sign-in-pin": PUBLIC,
    "sign-in-code": PUBLIC,
    "sign-in-slip": PUBLIC,
    "sign-in-slip-secret": PUBLIC,
    "sign-in-slip-done": SIGNED_IN,
    "sign-out": PUBLIC,
    "account": SIGNED_IN,
    "account-password": SIGNED_IN,
    "account-pin": SIGNED_IN,
    "account-phone-forget": SIGNED_IN,
    "account-factor": SIGNED_IN,
    "account-factor-remove": SIGNED_IN,
    "account-list": right(P.ACCOUNTS),
    "account-new": right(P.ACCOUNTS),
    "account-tokens": right(P.ACCOUNTS),
    "account-slips-print": right(P.ACCOUNTS),
    "account-from-posts": account("branch"),
    "account-detail": account("account"),
    "account-grant": account("account"),
    "account-slip": account("account", never=NOT_THEIRS),
    "account-disable": account("account", never=NOT_THEIRS),
    "account-enable": account("account", never=NOT_THEIRS),
    "grant-withdraw": account("grant", never=NOT_THEIRS),
    "grant-stand-in": account("grant"),
    "account-token-withdraw": own("token"),
    "file-download": own("file"),
    "job-list": SIGNED_IN,
    "job-detail": own("job"),
    "job-cancel": own("job"),
    "job-retry": own("job"),
    "inbox": SIGNED_IN,
    "message-read-all": SIGNED_IN,
    "message-read": own("message"),
    "import-list": right(P.IMPORT),
    "import-learned": right(P.IMPORT),
    "import-remember": right(P.IMPORT),
    "import-forget-column": scope(P.IMPORT, "learned"),
    "import-forget-word": scope(P.IMPORT, "word"),
    "import-detail": scope(P.IMPORT, "batch"),
    "import-columns": scope(P.IMPORT, "batch"),
    "import-check": scope(P.IMPORT, "batch"),
    "import-marks": scope(P.IMPORT, "batch"),
    "import-errors": scope(P.IMPORT, "batch"),
    "import-row": scope(P.IMPORT, "batch", "sheet", "row"),
    "import-apply": scope(P.IMPORT, "batch"),
    "import-result": scope(P.IMPORT, "batch"),
    "import-undo": scope(P.IMPORT, "batch"),
    "import-cancel": scope(P.IMPORT, "batch"),
    "export-list": right(P.EXPORT),
    "export-new": right(P.EXPORT, query="?kind=outflow"),
    "export-template": right(P.EXPORT, "ledger"),
    "export-detail": own("export", needs=P.EXPORT),
    "own-workbook": scope(P.EXPORT, "batch"),
    "member-list": right(P.VIEW),
    "mobile-list": right(P.VIEW),
    "outflow-list": right(P.VIEW),
    "inflow-list": right(P.VIEW),
    "lost-list": right(P.VIEW),
    "member-search": right(P.VIEW, body=f"q={quote(HERE[:2])}", outposts=True),
    "list-columns": right(P.VIEW, "list"),
    "saved-filter-new": right(P.VIEW, "list"),
    "saved-filter-delete": own("saved"),
    "member-new": right(P.EDIT),
    "double-list": right(P.EDIT),
    "member-detail": scope(P.VIEW, "member"),
    "member-show": scope(P.FULL_NUMBERS, "member", body="field=identity"),
    "member-edit": scope(P.EDIT, "member"),
    "member-move": scope(P.EDIT, "member"),
    "member-status": scope(P.EDIT, "member"),
    "member-merge": scope(P.EDIT, "member", "twin"),
    "merge-undo": scope(P.EDIT, "merged"),
    "hosted-list": right(P.VIEW),
    "arrival-new": right(P.EDIT),
    "member-mobile": scope(P.EDIT, "member"),
    "member-mobile-quit": scope(P.EDIT, "member"),
    "member-admit": scope(P.EDIT, "member"),
    "journey-report": scope(P.EDIT, query="?member={member}"),
    "journey-new-out": scope(P.EDIT, query="?member={member}"),
    "journey-new-in": scope(P.EDIT, query="?member={member}"),
    "journey-detail": scope(P.VIEW, "journey"),
    "journey-show": scope(P.FULL_NUMBERS, "journey", body="field=contact_phone"),
    "journey-edit": scope(P.EDIT, "journey"),
    "journey-end": scope(P.EDIT, "journey"),
    "journey-depart": scope(P.EDIT, "journey"),
    "journey-arrive": scope(P.EDIT, "journey"),
    "journey-refuse": scope(P.EDIT, "journey"),
    "journey-note": scope(P.EDIT, "journey"),
    "journey-change": scope(P.EDIT, "journey"),
    "journey-undo": scope(P.EDIT, "step"),
    "transfer-list": right(P.VIEW),
    "clears": right(P.VIEW),
    "duty-lists": right(P.VIEW),
    "duty-edit": right(P.SETTINGS, "side"),
    "duty-confirm": scope(P.EDIT, "branch"),
    "transfer-new": scope(P.EDIT, query="?member={member}"),
    "transfer-detail": scope(P.VIEW, "transfer"),
    "transfer-receive": scope(P.EDIT, "transfer"),
    "transfer-refuse": scope(P.EDIT, "transfer"),
    "transfer-withdraw": scope(P.EDIT, "transfer"),
    "lost-new": scope(P.EDIT, query="?member={member}"),
    "lost-edit": scope(P.EDIT, "lost"),
    "lost-detail": scope(P.VIEW, "lost"),
    "lost-found": scope(P.EDIT, "lost"),
    "lost-step": scope(P.EDIT, "lost"),
    "lost-decide": scope(P.EDIT, "lost", "decision"),
    "lost-undo": scope(P.EDIT, "lost"),
    "lost-paper": scope(P.EXPORT, "lost"),
    "monitor": right(P.VIEW),
    "monitor-run": right(P.SETTINGS),
    "monitor-todos": right(P.VIEW, "cause"),
    "monitor-list": scope(P.VIEW, "cause", "branch"),
    "api-schema": SIGNED_IN,
    "api-organisations": right(P.VIEW),
    "api-organisation": scope(P.VIEW, "branch"),
    "api-members": right(P.VIEW),
    "api-member": scope(P.VIEW, "member"),
    "api-member-departures": scope(P.EDIT, "member", body='{{"left_on": "2026-01"}}'),
    "api-member-journeys": scope(P.EDIT, "member", body='{{"direction": "out"}}'),
    "api-journeys": right(P.VIEW),
    "api-journey": scope(P.VIEW, "journey"),
    "api-journey-depart": scope(P.EDIT, "journey", body='{{"on": "2026-01"}}'),
    "api-journey-arrive": scope(P.EDIT, "journey", body='{{"on": "2026-01"}}', never=HOSTS),
    "api-journey-refuse": scope(P.EDIT, "journey", body='{{"reason": "本人没有来"}}', never=HOSTS),
    "api-journey-change": scope(P.EDIT, "journey", body='{{"on": "2026-01"}}'),
    "api-journey-notes": scope(P.EDIT, "journey", body='{{"kind": "contact", "on": "2026-01"}}'),
    "api-journey-end": scope(P.EDIT, "journey", body='{{"outcome": "returned", "on": "2026-01"}}'),
    "api-stations": right(P.VIEW),
    "api-station": scope(P.VIEW, "station"),
    "api-sweeps": right(P.VIEW),
    "api-sweep": right(P.VIEW, "sweep"),
    "api-returns": right(P.VIEW),
    "api-return": scope(P.VIEW, "of"),
    "api-return-people": scope(P.VIEW, "of"),
    "api-return-canvass": scope(P.EDIT, "of", body="{{}}"),
    "api-return-submit": scope(P.EDIT, "of", body="{{}}"),
    "api-return-take-back": scope(P.EDIT, "of", body="{{}}"),
    "api-item": scope(P.VIEW, "sweep", "member"),
    "api-item-answer": scope(P.EDIT, "sweep", "member", body='{{"way": "phone"}}'),
    "api-item-not-reached": scope(P.EDIT, "sweep", "member", body='{{"reason": "off"}}'),
    "api-item-undo": scope(P.EDIT, "sweep", "member", body="{{}}"),
    "sweep-list": right(P.VIEW),
    "sweep-new": right(P.SETTINGS),
    "sweep-detail": right(P.VIEW, "sweep"),
    "sweep-people": right(P.VIEW, "sweep"),
    "sweep-returns": right(P.VIEW, "sweep"),
    "sweep-remind": right(P.EDIT, "sweep", never=("secretary", "neighbour")),
    "sweep-openings": right(P.EDIT, "sweep", never=("secretary", "neighbour")),
    "sweep-openings-read": right(P.EDIT, "sweep", never=("secretary", "neighbour")),
    "sweep-close": right(P.SETTINGS, "sweep"),
    "sweep-again": right(P.SETTINGS, "sweep"),
    "sweep-card": scope(P.EDIT, "sweep", "member"),
    "sweep-call": scope(P.FULL_NUMBERS, "sweep", "member", body="field=phone"),
    "sweep-undo": scope(P.EDIT, "sweep", "member"),
    "return-detail": scope(P.VIEW, "of"),
    "return-queue": scope(P.EDIT, "of"),
    "return-table": scope(P.EDIT, "of"),
    "return-fresh": scope(P.EDIT, "of"),
    "return-canvass": scope(P.EDIT, "of"),
    "return-canvass-back": scope(P.EDIT, "of", "found"),
    "return-submit": scope(P.EDIT, "of"),
    "return-nil": scope(P.EDIT, "of"),
    "return-take-back": scope(P.EDIT, "of"),
    "return-review": scope(P.VIEW, "of"),
    "return-accept": scope(P.EDIT, "of", never=("secretary",)),
    "return-send-back": scope(P.EDIT, "of", never=("secretary",), body=f"comment={quote('漏了人')}"),
    "return-balance": scope(P.VIEW, "of"),
    "return-names": scope(P.VIEW, "of", "term"),
    "return-opening": scope(P.EDIT, "of"),
    "return-explain-more": scope(P.EDIT, "of"),
    "return-explain-fewer": scope(P.EDIT, "of"),
    "return-explain-gone": scope(P.EDIT, "of", body="member={member}"),
    "return-explain-not": scope(P.EDIT, "of", body="explanation={explanation}"),
    "return-erratum": scope(P.EDIT, "of"),
    "sweep-paper": right(P.EDIT, "sweep"),
    "sweep-backchecks": right(P.VIEW, "sweep"),
    "return-find": right(P.EDIT),
    "return-paper": scope(P.EDIT, "of"),
    "return-key": scope(P.EDIT, "of"),
    "return-print": scope(P.VIEW, "handed_in"),
    "return-print-new": scope(P.EDIT, "handed_in"),
    "return-printed": scope(P.VIEW, "handed_in", "printing"),
    "return-scan-file": scope(P.VIEW, "handed_in", "printing"),
    "return-scan": scope(P.EDIT, "handed_in"),
    "return-backcheck": scope(P.VIEW, "handed_in"),
    "return-backcheck-draw": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-sheet": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-results": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-share": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "return-backcheck-reply": scope(P.EDIT, "handed_in", never=OWN_RETURN),
    "overview": right(P.VIEW),
    "overview-leaders": right(P.VIEW),
    "gathering": right(P.VIEW),
    "gathering-proposal": scope(P.VIEW, "proposal", query="?organisation={branch}"),
    "gathering-aside": scope(P.ORGANISE, "proposal", query="?organisation={branch}", body=f"reason={quote('再等等')}"),
    "founding-list": right(P.VIEW),
    "founding-new": right(P.ORGANISE),
    "founding-detail": scope(P.VIEW, "founding"),
    "founding-step": scope(P.ORGANISE, "founding", "founding_step"),
    "founding-paper": scope(P.ORGANISE, "founding", "paper"),
    "founding-submit": scope(P.ORGANISE, "founding"),
    "founding-take-back": scope(P.ORGANISE, "founding"),
    "founding-reopen": scope(P.ORGANISE, "founding"),
    "founding-withdraw": scope(P.ORGANISE, "founding"),
    "founding-approve": scope(P.ORGANISE, "founding", never=("town",)),
    "founding-refuse": scope(P.ORGANISE, "founding", never=("town",)),
    "founding-complete": scope(P.ORGANISE, "founding", never=("town",)),
    "paper-list": right(P.EXPORT),
    "paper-table": right(P.EXPORT, "grid"),
    "paper-names": right(P.EXPORT, "grid", "line", "column"),
    "paper-detail": own("paper", needs=P.EXPORT),
    "paper-people": right(P.EXPORT, query="?kind=outflow"),
    "paper-person": scope(P.EXPORT, "member"),
    "paper-text": right(P.ORGANISE, "prose"),
    "station-list": SIGNED_IN,
    "station-new": right(P.ORGANISE),
    "station-detail": Door("signed_in", args=("station",)),
    "station-card": Door("signed_in", args=("station",)),
    "station-arrive": Door("public", args=("station",)),
    "station-people": scope(P.VIEW, "station"),
    "station-check-in": scope(P.CHECK_IN, "station"),
    "station-edit": scope(P.ORGANISE, "station"),
    "station-close": scope(P.ORGANISE, "station"),
    "station-reopen": scope(P.ORGANISE, "station"),
    "station-lines": scope(P.ORGANISE, "station"),
    "station-post-new": scope(P.ORGANISE, "station"),
    "station-clerk-new": scope(P.ACCOUNTS, "station"),
    "station-post-edit": scope(P.ORGANISE, "station_post"),
    "station-post-end": scope(P.ORGANISE, "station_post"),
    "station-answer": scope(P.EDIT, "asked"),
    "station-guest": scope(P.EDIT, "station_guest"),
    "point-new": scope(P.ORGANISE, "station"),
    "point-edit": scope(P.ORGANISE, "point"),
    "point-close": scope(P.ORGANISE, "point"),
    "agreement-list": right(P.VIEW),
    "agreement-new": right(P.EDIT),
    "agreement-detail": scope(P.VIEW, "agreement"),
    "agreement-edit": scope(P.EDIT, "agreement"),
    "agreement-end": scope(P.EDIT, "agreement"),
    "agreement-exchange": scope(P.EDIT, "agreement"),
    "agreement-phone": scope(P.FULL_NUMBERS, "agreement"),
    "agreement-scan": scope(P.VIEW, "agreement"),
    "agreement-scan-new": scope(P.EDIT, "agreement"),
    "agreement-withdraw": scope(P.EDIT, "note"),
}
