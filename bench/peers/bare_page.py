"""The peer of ``load.py``: one bare Django view. No session, no sign-in, no scope: a query for one row, and a page as large
as a list of the portal from a template. What Django and gunicorn cost by themselves on the same machine.
"""

import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent.parent)]

import django
from django.conf import settings

from portal.env import database

settings.configure(
    SECRET_KEY="peer", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    DATABASES={"default": database(os.environ["DATABASE_URL"], Path())},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.urls import path

ROWS, CELLS = 20, 8
PAGE = engines["django"].from_string(
    "<!doctype html><title>{{ row.1 }}</title><table>{% for row in rows %}<tr>"
    "{% for cell in row %}<td class='cell' data-label='{{ cell.key }}'>{{ cell.text }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
TEXT = "内容" * 40  # 240 bytes a cell: some 45 kB in all


def page(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM branches_organisation ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    rows = [[{"key": str(at), "text": TEXT} for at in range(CELLS)] for _ in range(ROWS)]
    return HttpResponse(PAGE.render({"row": row, "rows": rows}))


urlpatterns = [path("", page), path("health/", lambda _request: HttpResponse("ok"))]
application = get_wsgi_application()
