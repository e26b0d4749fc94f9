"""Settings of the test suite: fast hasher, throw-away folders, the database that TEST_DATABASE_URL names."""

import tempfile
from pathlib import Path

from portal.env import database, env_str
from portal.settings import *  # noqa: F403
from portal.settings import BASE_DIR, TEMPLATES

VAR = Path(tempfile.mkdtemp(prefix="portal-test-"))
SECRET_KEY = "only-for-tests"  # noqa: S105
DATABASES = {"default": database(env_str("TEST_DATABASE_URL", "sqlite:///:memory:", "测试用数据库"), BASE_DIR)}
KEYS_FILE = VAR / "keys.json"
FILES_ROOT = VAR / "files"
MEDIA_ROOT = VAR / "media"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir()  # whitenoise warns of a missing folder, and warnings are errors
BROKER_FOLDER = VAR / "broker"
GALLERY = True
DEMO = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "⚠undefined:%s⚠"
