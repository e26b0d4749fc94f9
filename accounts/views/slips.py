"""Accounts from posts, and the printed sheet of slips: the codes stand on this one answer and nowhere else."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import accounts, slips
from accounts.models import User
from accounts.presenters import FEW, by_unit
from accounts.views.manage import account_of, keeper
from branches.models import Organisation
from core.errors import UserError
from core.http import PortalRequest
from core.permissions import Permission
from core.qr import qr_code

PER_PAGE = 8
MOST = 400  # fifty sheets; a town has far fewer


@require_http_methods(["GET", "POST"])
def from_posts_page(request: PortalRequest, public_id: str) -> HttpResponse:
    actor = keeper(request)
    places = Organisation.objects.open().within(actor, Permission.ACCOUNTS)
    place = get_object_or_404(places, public_id=public_id)
    context: dict[str, object] = {"place": place, "result": None}
    if request.method == "POST":
        result = accounts.open_accounts_for_posts(organisation=place, by=actor)
        context |= {
            "result": result, "unfolded": len(result.opened) + len(result.missing) <= FEW,
            "opened": by_unit(place, [(user.organisation, user) for user in result.opened]),
            "missing": by_unit(place, [(post.organisation, (post, reason)) for post, reason in result.missing]),
        }  # fmt: skip
    else:
        today = timezone.localdate()
        posts = accounts.posts_for_accounts(place, actor, today)
        holders = accounts.holders_with_account(posts, today)
        todo = [post for post in posts if post.pk not in holders]
        done = [(post, holders[post.pk]) for post in posts if post.pk in holders]
        units = by_unit(place, [(post.organisation, post) for post in todo])
        context |= {"posts": todo, "units": units, "unfolded": len(todo) <= FEW, "done": done}
    return render(request, "accounts/from_posts.html", context)


@require_POST
def print_page(request: PortalRequest) -> HttpResponse:
    """Fresh codes for the ticked accounts, eight on a page of A4. Loading the page again makes new ones."""
    actor = keeper(request)
    wanted = list(dict.fromkeys(request.POST.getlist("ids")))
    users = list(
        User.objects.manageable_by(actor)
        .filter(public_id__in=wanted[:MOST])
        .select_related("organisation")
        .order_by("organisation__order_path", "pk")
    )
    if not users or len(users) != len(wanted):
        raise UserError("没有选中账号，或选中的账号里有不在您管辖范围内的。请回到名单重新勾选。", "nobody_chosen")
    return _sheet(request, slips.new_slips(users=users, by=actor))


@require_POST
def one_slip(request: PortalRequest, public_id: str) -> HttpResponse:
    user, actor = account_of(request, public_id), keeper(request)
    clears = request.POST.get("clears_factor") == "1"
    return _sheet(request, [slips.new_slip(user=user, by=actor, clears_factor=clears)])


def _sheet(request: PortalRequest, printed: list[slips.PrintedSlip]) -> HttpResponse:
    address = request.build_absolute_uri(reverse("sign-in-slip"))
    pages = [printed[at : at + PER_PAGE] for at in range(0, len(printed), PER_PAGE)]
    context = {"pages": pages, "number": len(printed), "address": address, "qr": qr_code(address, scale=2)}
    return render(request, "accounts/slips_print.html", context)
