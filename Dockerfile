FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=portal.settings
WORKDIR /srv/yanyi

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt

COPY . ./
# Only var/ can be written; it is a volume, and a new volume takes over this folder's owner.
RUN useradd --system --uid 10001 --home-dir /srv/yanyi yanyi && mkdir var && chown yanyi var
USER yanyi

# Keys, tables and static files first: each step does nothing where there is nothing to do.
CMD ["sh", "-c", "python -m portal.supervisor --set-up-only && exec gunicorn --bind 0.0.0.0:8000"]
