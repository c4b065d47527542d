"""Settings: from the environment only. See docs/reference/settings.md for each variable."""

import os

from csp.constants import NONE, SELF

from orderloop.entrypoints import place
from orderloop.entrypoints.database import connection_settings


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default).lower() in {"1", "true", "yes", "on"}


DEBUG = _flag("ORDERLOOP_DEBUG")
SECRET_KEY = place.secret_key()
SECRET_KEY_FALLBACKS = [k for k in os.environ.get("ORDERLOOP_SECRET_KEY_FALLBACKS", "").split(",") if k]
ALLOWED_HOSTS = os.environ.get("ORDERLOOP_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_URL = os.environ.get("ORDERLOOP_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
BEHIND_TLS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "orderloop.platform",
    "orderloop.ui",
    "orderloop.interchange",
    "orderloop.policy",
    "orderloop.access",
    "orderloop.customers",
    "orderloop.catalog",
    "orderloop.orders",
    "orderloop.worklist",
    "orderloop.inventory",
    "orderloop.intake",
    "orderloop.review",
    "orderloop.triage",
    "orderloop.fulfilment",
    "orderloop.tracking",
    "orderloop.flow",
    "orderloop.metrics",
    "orderloop.onboarding",
    "orderloop.demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "axes",
    "csp",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "orderloop.platform.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "orderloop.access.pages.gate.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "orderloop.ui.toasts.HtmxToasts",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "orderloop.entrypoints.urls"
WSGI_APPLICATION = "orderloop.entrypoints.server.application"
AUTH_USER_MODEL = "access.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "orderloop.access.pages.gate.granted",
                "orderloop.ui.context_processors.shell",
            ],
        },
    }
]

DATABASES = {"default": connection_settings()}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "orderloop.access.pages.sign_in.locked_out"
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("ORDERLOOP_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = place.home() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "orderloop.ui.storage.StaticFiles"},
}

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_NAME = "__Host-session" if BEHIND_TLS else "orderloop_session"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "orderloop_csrf"
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("ORDERLOOP_BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

SMTP_URL = os.environ.get("ORDERLOOP_SMTP_URL", "")
MAIL_FROM = os.environ.get("ORDERLOOP_MAIL_FROM", "Orderloop <orders@localhost>")

# Hosts of the own house that documents may be posted to, else only the world outside.
POST_HOSTS = [host for host in os.environ.get("ORDERLOOP_POST_HOSTS", "").split(",") if host]

FAX_FOLDER = os.environ.get("ORDERLOOP_FAX_FOLDER", "")

DOCUMENT_FONTS = os.environ.get("ORDERLOOP_DOCUMENT_FONTS", "")
METRICS_TOKEN = os.environ.get("ORDERLOOP_METRICS_TOKEN", "")

LOGGING_CONFIG = "orderloop.platform.logs.configure"
LOGGING = {
    "level": os.environ.get("ORDERLOOP_LOG_LEVEL", "INFO"),
    "format": os.environ.get("ORDERLOOP_LOG_FORMAT", "json"),
}
