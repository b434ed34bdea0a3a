"""Settings. Every value that differs between machines comes from the environment (env.py)."""

from __future__ import annotations

from urllib.parse import urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from implportal import env
from implportal.env import BASE_DIR

# --- Where it runs -----------------------------------------------------------------
# Database, mail and keys: on a machine of many people, nobody else's to read.
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var", mode=0o700)
SECRET_KEY = env.secret_key(VAR_DIR)
DEBUG = env.flag("DEBUG")
BASE_URL = env.web_address("BASE_URL", "http://127.0.0.1:8000")
IS_HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname, *env.words("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
ORGANISATION_NAME = env.text("ORGANISATION_NAME", "Demo Software Ltd")

# --- What it is made of ------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "implportal.kernel",
    "implportal.audit",
    "implportal.accounts",
    "implportal.notifications",
    "implportal.catalogue",
    "implportal.projects",
    "implportal.meetings",
    "implportal.documents",
    "implportal.signing",
    "presales",
    "delivery",
    "aftersales",
    "implportal.portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "implportal.kernel.middleware.PackPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "implportal.signing.middleware.SharedLinkHeadersMiddleware",
    "implportal.kernel.middleware.RefuseUnreasonableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "implportal.accounts.middleware.PersonalTimeZoneMiddleware",
]
ROOT_URLCONF = "implportal.urls"
WSGI_APPLICATION = "implportal.wsgi.application"
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
                "implportal.kernel.context.frame",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "implportal.kernel.renderers.FormRenderer"

# --- Data --------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        env.address(
            "DATABASE_URL",
            f"sqlite:///{VAR_DIR / 'implportal.sqlite3'}",
            ("sqlite", "postgres", "postgresql"),
        )
    )
}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    # IMMEDIATE takes the write lock when a transaction begins: without it, writers that
    # meet half-way are refused instead of waiting.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"
            "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.number("DATABASE_CONNECTION_SECONDS", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

MEDIA_ROOT = VAR_DIR / "media"
"""Uploads and documents. No address serves this folder: a view checks who asks."""
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
UPLOAD_MAX_BYTES = 25 * 1024 * 1024

# --- Queue -------------------------------------------------------------------------
CELERY_BROKER_URL = env.address(
    "BROKER_URL", "filesystem://", ("filesystem", "redis", "rediss", "memory")
)
if CELERY_BROKER_URL.startswith("filesystem"):
    _queue = VAR_DIR / "broker"
    for _name in ("queue", "processed", "control"):
        (_queue / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "queue"),
        "data_folder_out": str(_queue / "queue"),
        "processed_folder": str(_queue / "processed"),
        "control_folder": str(_queue / "control"),
        "store_processed": False,
        "polling_interval": 0.5,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "deliver-mail": {"task": "notifications.sweep_outbox", "schedule": 60.0},
    "remind": {"task": "notifications.sweep_reminders", "schedule": crontab(minute="*/5")},
    "finish-documents": {"task": "documents.sweep", "schedule": 60.0},
    "check-seal": {"task": "documents.check_seal", "schedule": crontab(hour=6, minute=30)},
    "release-installments": {
        "task": "aftersales.release_due",
        "schedule": crontab(hour=0, minute=10),
    },
    "finish-signatures": {"task": "signing.sweep", "schedule": 60.0},
    "check-record": {"task": "portal.check_record", "schedule": crontab(hour=2, minute=30)},
}

# --- Mail --------------------------------------------------------------------------
# Without EMAIL_URL nothing leaves the machine: mail is kept and shown to administrators.
EMAIL_URL = env.text("EMAIL_URL")
MAIL_LEAVES = bool(EMAIL_URL)
if MAIL_LEAVES:
    _mail = urlsplit(env.address("EMAIL_URL", "", ("smtp", "smtps", "smtp+tls")))
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or ""
    EMAIL_PORT = _mail.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[_mail.scheme]
    EMAIL_HOST_USER = _mail.username or ""
    EMAIL_HOST_PASSWORD = _mail.password or ""
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", f"{ORGANISATION_NAME} <portal@localhost.localdomain>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where mail servers report what they could not deliver; `manage.py read_bounces` reads it.
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS", "")

# --- Documents and seal ------------------------------------------------------------
RENDER_SECONDS = env.number("RENDER_SECONDS", 60)
RENDER_MEGABYTES = env.number("RENDER_MEGABYTES", 1024)
"""What making one PDF may cost; more is a failure that people see and may try again."""
SEAL_KEY = env.choice("SEAL_KEY", "dev", ("dev", "p12", "pkcs11"))
SEAL_P12_FILE = env.text("SEAL_P12_FILE")
SEAL_P12_PASSPHRASE_FILE = env.text("SEAL_P12_PASSPHRASE_FILE")
SEAL_PKCS11_MODULE = env.text("SEAL_PKCS11_MODULE")
SEAL_PKCS11_TOKEN = env.text("SEAL_PKCS11_TOKEN")
SEAL_PKCS11_KEY = env.text("SEAL_PKCS11_KEY")
SEAL_PKCS11_PIN_FILE = env.text("SEAL_PKCS11_PIN_FILE")
SEAL_PKCS11_CERTIFICATES_FILE = env.text("SEAL_PKCS11_CERTIFICATES_FILE")
SEAL_TSA_URL = env.text("SEAL_TSA_URL") and env.address("SEAL_TSA_URL", "", ("http", "https"))
SEAL_TSA_ROOTS = env.text("SEAL_TSA_ROOTS")
SEAL_TSA_USER = env.text("SEAL_TSA_USER")
SEAL_TSA_PASSWORD_FILE = env.text("SEAL_TSA_PASSWORD_FILE")
SEAL_WITHOUT_TRUSTED_TIME = env.flag("SEAL_WITHOUT_TRUSTED_TIME")
if SEAL_KEY == "p12":
    env.needs("SEAL_KEY=p12", "SEAL_P12_FILE", "SEAL_P12_PASSPHRASE_FILE")
if SEAL_KEY == "pkcs11":
    env.needs(
        "SEAL_KEY=pkcs11",
        *("SEAL_PKCS11_MODULE", "SEAL_PKCS11_TOKEN", "SEAL_PKCS11_KEY"),
        *("SEAL_PKCS11_PIN_FILE", "SEAL_PKCS11_CERTIFICATES_FILE"),
    )
if SEAL_TSA_URL:
    env.needs("SEAL_TSA_URL", "SEAL_TSA_ROOTS")
if SEAL_TSA_USER:
    env.needs("SEAL_TSA_USER", "SEAL_TSA_PASSWORD_FILE")

# --- People ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "implportal.notifications.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # anybody could have us write to any address
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = None
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
MFA_TOTP_ISSUER = ORGANISATION_NAME

# Rate limits are counted here; the database is the one place all processes share.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    }
}
if CELERY_BROKER_URL.startswith("redis"):
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.text("CACHE_URL", CELERY_BROKER_URL),
        "KEY_PREFIX": "implportal",
    }

# --- Language and time -------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "implportal" / "locale"]
FORMAT_MODULE_PATH = ["implportal.kernel.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files of the pages ------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "implportal.kernel.finders.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "implportal.kernel.storage.StaticStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- Safety ------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_AGE = 14 * 24 * 3600
if IS_HTTPS:
    SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_tokens": {"()": "implportal.kernel.logs.HideTokens"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": ["console"], "propagate": False},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "pyhanko": {"level": "WARNING"},
        "pyhanko_certvalidator": {"level": "WARNING"},
    },
}
