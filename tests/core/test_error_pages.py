"""Error pages say what to do and need neither database nor session."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, HttpResponseNotAllowed

from core.errors import NotAllowed
from core.views import errors


@pytest.fixture
def request_(rf):
    request = rf.get("/members/secret/?phone=19900000000")
    request.id = "bcdfgh"
    return request


@pytest.mark.parametrize("status", sorted(errors.PAGES))
def test_page_says_what_to_do_and_gives_the_id(request_, status: int):
    response = errors.error_page(request_, status)
    shown = response.content.decode()
    assert response.status_code == status
    assert errors.PAGES[status].title in shown
    assert errors.PAGES[status].next_steps[0] in shown
    assert "bcdfgh" in shown
    assert "19900000000" not in shown
    assert "⚠" not in shown


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda r: errors.bad_request(r, SuspiciousOperation()), 400),
        (lambda r: errors.bad_request(r, RequestDataTooBig()), 413),
        (lambda r: errors.permission_denied(r, PermissionDenied()), 403),
        (lambda r: errors.page_not_found(r, Http404()), 404),
        (errors.server_error, 500),
        (errors.csrf_failure, 403),
    ],
)
def test_each_handler_answers_with_its_status(request_, answer, status: int):
    assert answer(request_).status_code == status


def test_a_refusal_with_words_of_its_own_keeps_them(request_):
    assert "只有县级可以合并" in errors.permission_denied(request_, NotAllowed("只有县级可以合并。")).content.decode()


def test_not_found_and_outside_the_scope_look_the_same(request_):
    assert (
        errors.page_not_found(request_, Http404("外面的人")).content
        == errors.page_not_found(request_, Http404()).content
    )


def test_500_stands_even_when_templates_do_not(request_, settings):
    settings.TEMPLATES = []
    shown = errors.server_error(request_)
    assert shown.status_code == 500
    assert "bcdfgh" in shown.content.decode()


def test_a_bare_405_becomes_a_page_and_keeps_its_headers(request_):
    response = errors.dress_bare_refusals(lambda r: HttpResponseNotAllowed(["POST"]))(request_)
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert errors.PAGES[405].title in response.content.decode()


def test_an_answer_with_words_is_left_alone(request_):
    response = errors.dress_bare_refusals(lambda r: HttpResponse("{}", status=413))(request_)
    assert response.content == b"{}"
