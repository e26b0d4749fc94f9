"""Error pages: what went wrong, what to do next, an id to read out on the phone.

They are rendered without context processors, session or database, so that they also work when one of these is what failed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from core.api import problems
from core.errors import ActionRefused
from core.views.text_size import text_size


@dataclass(frozen=True)
class Page:
    """The words of one error page; `home` is the button's label."""

    title: str
    text: str
    next_steps: tuple[str, ...]
    home: str = "回到首页"


PAGES = {
    400: Page(
        "这次提交没有看懂",
        "浏览器送来的内容不完整，或者网址被改动过。什么都没有改动。",
        ("回到上一页，重新填写后再提交。", "如果是从收藏夹或聊天里点开的网址，请从首页重新进入。"),
    ),
    403: Page(
        "您的岗位不能办这件事",
        "这一页在您的管辖范围内，但您的岗位没有这项权限。什么都没有改动。",
        (
            "如果工作需要，请向上一级党组织说明，由管理员给您的岗位加上这项权限。",
            "如果您刚换了岗位，请退出后重新登录。",
        ),
    ),
    404: Page(
        "没有找到这一页",
        "网址可能写错了，这条记录可能已经不在，或者不在您的管辖范围内。",
        ("从首页的菜单重新进入。", "要找人，请在首页上方的“找人”里查。", "如果确信应当能看到，请向上一级党组织核实。"),
    ),
    405: Page(
        "这一页不能这样打开",
        "这个网址只接受按钮提交，不能直接在地址栏打开。什么都没有改动。",
        ("回到上一页，点页面上的按钮办理。",),
    ),
    413: Page(
        "文件或表单太大，没有收下",
        "超过了一次能上传的大小。什么都没有改动。",
        ("把台账按乡镇或按支部拆成几个文件，分几次上传。", "台账里如有照片，请先删去照片再传。"),
    ),
    500: Page(
        "系统出了问题，没有办成",
        "问题在系统，不在您。没有办完的这一步已经全部撤回，先前保存的都还在。",
        ("稍等一两分钟，回到上一页再试一次。", "还不行，请把下面的编号告诉系统管理员。"),
    ),
}
CSRF = Page(
    "这一页放得太久了",
    "页面打开后过了很久才提交，或者您已在别的窗口换人登录。为了安全没有收下，什么都没有改动。",
    ("回到上一页，按 F5 刷新后再提交一次。", "如果反复出现，请确认浏览器没有禁用 Cookie。"),
)
BARE = (
    '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>系统出了问题</title>'
    "<h1>系统出了问题，没有办成</h1><p>问题在系统，不在您。请稍等一两分钟再试；还不行，请把编号 {id} 告诉系统管理员。</p></html>"
)


def error_page(request: HttpRequest, status: int, page: Page | None = None, text: str = "") -> HttpResponse:
    """Render the page for `status`; `text` replaces its explanation with one that knows more."""
    if problems.is_api(request):
        return problems.bare(status, text)
    page = page or PAGES[status]
    support_id = getattr(request, "id", "")
    context: dict[str, Any] = {
        "page": page,
        "text": text or page.text,
        "status": status,
        "support_id": support_id,
        "text_size": text_size(request),
    }
    return HttpResponse(render_to_string("error.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400; an upload beyond the limit arrives here too."""
    return error_page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403: inside the scope, without the right. A refusal with words of its own keeps them."""
    return error_page(request, 403, text=exception.text if isinstance(exception, ActionRefused) else "")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """handler404: not there, or outside the scope. The words are the same, so that nothing is given away."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; if even the template fails, a bare page says the same."""
    try:
        return error_page(request, 500)
    except Exception:  # noqa: BLE001 - the last resort must not raise again
        return HttpResponse(BARE.replace("{id}", str(getattr(request, "id", ""))), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """settings.CSRF_FAILURE_VIEW"""
    return error_page(request, 403, page=CSRF)


def dress_bare_refusals(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: Django answers 405 with an empty body; a person gets a page instead."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code not in (405, 413) or response.streaming or response.content:
            return response
        dressed = error_page(request, response.status_code)
        for name, value in response.items():
            if name not in ("Content-Type", "Content-Length"):
                dressed[name] = value
        return dressed

    return middleware
