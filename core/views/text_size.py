"""The text size switch 标准 / 大 / 特大: a cookie that the server reads, so that no page flashes in the wrong size."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.views.access import public

COOKIE = "text_size"
SIZES = ("standard", "large", "huge")
ONE_YEAR = 365 * 24 * 3600


def text_size(request: HttpRequest) -> str:
    """The size in the reader's cookie; anything unknown is the standard size."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in SIZES else SIZES[0]


@public
@require_POST
def set_text_size(request: HttpRequest) -> HttpResponse:
    """Keep the chosen size and go back to the page; the same cookie is set by `page.js` where script runs."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    size = request.POST.get("size", "")
    if size in SIZES:
        response.set_cookie(COOKIE, size, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure())
    return response
