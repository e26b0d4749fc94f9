"""Settings of the portal. Everything that differs between places comes from the environment (``.env.example``)."""

from pathlib import Path

from portal.env import database, env_bool, env_int, env_list, env_path, env_secret, env_str

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = env_path("VAR_DIR", BASE_DIR / "var", "运行时文件的文件夹（数据库、密钥、上传）")

DEBUG = env_bool("DEBUG", False, "开发时为 1；生产环境必须为 0")
DEMO = env_bool("DEMO", False, "样例县为 1：显示样例账号，允许不改初始密码")
DEMO_PASSWORD = env_str("DEMO_PASSWORD", "", "样例县所有账号的密码；不设置时自动生成并保存在 var/ 里")
GALLERY = env_bool("GALLERY", DEMO, "显示组件样张页 /ui/")
SECRET_KEY = env_secret("SECRET_KEY", VAR, "会话签名用的长随机串；不设置时自动生成并保存在 var/ 里")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS", "", "更换签名密钥期间的旧密钥，逗号分隔")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]", "允许访问的主机名，逗号分隔")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", "", "反向代理后的网址，如 https://dj.example.gov.cn")
HTTPS = env_bool("HTTPS", False, "通过 HTTPS 提供服务时为 1（Cookie 只走加密连接，启用 HSTS）")
KEYS_FILE = env_path("KEYS_FILE", VAR / "keys.json", "字段加密密钥文件，务必单独备份")

INSTALLED_APPS = [
    # Before Django's and import-export's: of two commands with one name the earlier application's counts.
    "accounts",
    "portal",
    "portal.apps.SystemAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "template_partials",
    "import_export",
    "core",
    "audit",
    "branches",
    "files",
    "jobs",
    "inbox",
    "exchange",
    "members",
    "stations",
    "sweeps",
    "reports",
]

MIDDLEWARE = [
    "core.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.middleware.NoNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.first_week.gate.FirstUse",
    "accounts.middleware.ActingUser",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.NoStore",
    "core.views.errors.dress_bare_refusals",
    "core.middleware.Refusals",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.WithGrants"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.page",
            ],
            "builtins": ["core.templatetags.portal", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "core.controls.Controls"

DATABASES = {
    "default": database(
        env_str("DATABASE_URL", f"sqlite:///{VAR / 'portal.sqlite3'}", "数据库地址；默认 SQLite，可用 PostgreSQL"),
        BASE_DIR,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_str("REDIS_URL", "", "Redis 地址，如 redis://127.0.0.1:6379/0；留空则用 var/ 里的文件队列")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
FILES_ROOT = VAR / "files"
MEDIA_ROOT = VAR / "media"  # nothing is ever stored there: uploads are encrypted under FILES_ROOT
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024  # uploads stay in memory: nothing in the clear on disk
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 50

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.PolicyValidator"},
]

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_AGE = 8 * 60 * 60  # the idle limit is a rule (accounts.middleware), this is the absolute one
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.errors.csrf_failure"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https")
    if env_bool("BEHIND_PROXY", False, "前面有会设置 X-Forwarded-Proto 的反向代理时为 1")
    else None
)
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the proxy in front turns plain HTTP into HTTPS; behind it every request here is plain HTTP
    "security.W021",  # the preload list of browsers is for names on the internet, this one is on an intranet
]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SIGNED_COOKIE_LEGACY_SALT_FALLBACK = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.SessionActor", "accounts.api.TokenActor"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.ClientThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.inputs.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.negotiation.OnlyJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Operations",
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "雁驿接口",
    "DESCRIPTION": "党组织、党员、流动经历和季度排查：与网页同样的范围、同样的办理、同样的拒绝。",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # a test reads the schema
}
IMPORT_EXPORT_USE_TRANSACTIONS = True
# Without these two codes the library lets everybody import and export; nobody holds them, each admin page says who may.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_TMP_STORAGE_CLASS = "portal.system.SealedStorage"
IMPORT_EXPORT_SKIP_ADMIN_LOG = True

BROKER_FOLDER = VAR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_TASK_TIME_LIMIT = env_int("JOB_TIME_LIMIT", 3600, "单个任务最长运行秒数")
JOB_LEASE = env_int("JOB_LEASE", 20, "后台进程中断后，多少秒才把它没办完的任务重新排队（PostgreSQL）")

NOTICE_WEBHOOK = env_str("NOTICE_WEBHOOK", "", "消息标题另外送到这个网址（短信或政务微信网关）；留空则什么都不出本机")
NOTICE_MAIL = env_list("NOTICE_MAIL", "", "单位的消息标题另外发到这些邮箱，逗号分隔；留空则不发")
EMAIL_HOST, _, _port = env_str("MAIL_SERVER", "127.0.0.1:25", "发邮件的服务器，主机:端口").partition(":")
EMAIL_PORT, EMAIL_TIMEOUT = int(_port or 25), 5
DEFAULT_FROM_EMAIL = env_str("MAIL_FROM", "portal@localhost", "邮件的发件地址")

LOG_LEVEL = env_str("LOG_LEVEL", "INFO", "日志级别")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "broker": {"()": "core.logs.BrokerAway"},
        "numbers": {"()": "core.logs.HideNumbers"},
        "request": {"()": "core.logs.RequestIds"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {request_id} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["broker", "request", "numbers"], "formatter": "line"}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
