"""/api/members/: the register for other programs. Read only, the same scope as the pages, numbers masked."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from core import keyset
from core.actors import Actor
from core.permissions import Permission
from core.views.bases import readonly
from members.filters import Chosen
from members.listing import MEMBERS, organisation_in_scope
from members.models import Member
from members.rows import masked_identity, phone

USUAL, LARGEST = 50, 200


class MembersThrottle(UserRateThrottle):
    rate = "120/min"

    def get_ident(self, request: Request) -> str:
        return str(request.user.public_id)


class MemberApi(APIView):
    """GET ?organisation= &size= &at= and the filters of the list: {"results": [...], "next": token or null}."""

    throttle_classes = [MembersThrottle]

    def get(self, request: Request) -> Response:
        actor: Actor = request._request.actor  # type: ignore[attr-defined]
        if not actor.can(Permission.VIEW):
            raise PermissionDenied("这个账号或令牌不能查看党员记录。")
        query = request.query_params
        size = query.get("size", str(USUAL))
        if not size.isdecimal() or len(size) > len(str(LARGEST)) or not 1 <= int(size) <= LARGEST:
            raise Http404
        with readonly():
            organisation = query.get("organisation", "")
            path = organisation_in_scope(actor, organisation).path if organisation else ""
            people = MEMBERS.queryset(actor, Chosen.of(MEMBERS.filters, query), path=path)
            page = keyset.page(
                people, (MEMBERS.column,), token=query.get("at", ""), size=int(size), where="api:members"
            )
            results = [shown(member) for member in MEMBERS.fetch(actor, page.ids)]
        return Response({"results": results, "next": page.next or None, "previous": page.previous or None})


def shown(member: Member) -> dict[str, Any]:
    """One member as the interface gives it. Codes as in the ledgers; dates as exact as they are known."""

    def iso(value: Any) -> str | None:
        return value.iso() if value else None

    return {
        "id": member.public_id,
        "name": member.name,
        "sex": member.sex,
        "nation": member.nation,
        "birth_date": iso(member.birth_date),
        "education": member.education,
        "member_kind": member.kind,
        "joined_on": iso(member.joined_on),
        "confirmed_on": iso(member.confirmed_on),
        "party_status": member.party_status,
        "id_number": masked_identity(member),
        "phone": phone(member),
        "organisation": member.home.public_id if member.home else None,
        "organisation_name": member.home.name if member.home else None,
        "away": hasattr(member, "open_out"),
        "lost": hasattr(member, "open_lost"),
        "version": member.version,
        "updated_at": member.updated_at.isoformat(),
    }


members = MemberApi.as_view()
members.api = True  # type: ignore[attr-defined] # answers 401 by itself
