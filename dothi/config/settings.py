"""Settings of the house. Everything that differs between houses comes from the environment."""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from dothi.config import env

# Lets generic classes of Django take their type in brackets at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR = env.folder("DOTHI_VAR", BASE_DIR / "var")
KEYS = env.folder("DOTHI_KEYS", VAR / "keys")
# The tables of the data store, and what one question to them may use.
STORE = env.folder("DOTHI_STORE", VAR / "store")
STORE_MEMORY = env.text("DOTHI_STORE_MEMORY", "768MB")
STORE_THREADS = env.number("DOTHI_STORE_THREADS", os.cpu_count() or 2)
# Who answers large questions: DuckDB in our own process, or a cluster that speaks Spark Connect.
STORE_ENGINE = env.engine("STORE_ENGINE", "duckdb://")
STORE_ENGINE_SECONDS = env.number("STORE_ENGINE_SECONDS", 300)
# How long versions stay readable that no release pins.
STORE_KEEP_DAYS = env.number("DOTHI_STORE_KEEP_DAYS", 90)
# Of more rows than this, golden records are made by a worker, and nobody waits for the page.
GOLDEN_AT_ONCE = env.number("DOTHI_GOLDEN_AT_ONCE", 5_000)
# Where files are dropped that come in by themselves; on the disk of the store they cost no copy.
DROP = env.folder("DOTHI_DROP", VAR / "drop")
# Whom sources may ask: "data.example.vn", "*.example.vn", "10.0.0.5:5432". Empty: nobody.
SOURCE_HOSTS = env.words("DOTHI_SOURCE_HOSTS")
# Whom runs over the store are told as OpenLineage: "https://marquez.example.vn", "file:///folder".
OPENLINEAGE_URL = env.listener("OPENLINEAGE_URL")
OPENLINEAGE_API_KEY = env.text("OPENLINEAGE_API_KEY")
# A payment service to try with, and the key that both sign with; empty: nobody pays online.
PAYMENT_SANDBOX_URL = env.web("PAYMENT_SANDBOX_URL")
PAYMENT_SANDBOX_KEY = env.text("PAYMENT_SANDBOX_KEY")
# The national public service portal; empty: it is told nothing and asked nothing.
NATIONAL_PORTAL_URL = env.web("NATIONAL_PORTAL_URL")
NATIONAL_PORTAL_TOKEN = env.text("NATIONAL_PORTAL_TOKEN")
NATIONAL_PORTAL_AGENCY = env.text("NATIONAL_PORTAL_AGENCY")
# Certificates of the authorities whose digital signatures of applicants are taken.
SIGNING_ROOTS = env.folder("DOTHI_SIGNING_ROOTS", KEYS / "roots")
VENDOR = BASE_DIR / "build" / "vendor"

# Only the demo and the tests start without a key; `dothi init` writes one.
SECRET_KEY = env.text("SECRET_KEY") or "only-for-tools-that-never-serve-a-page"
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DOTHI_DEMO")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# How many proxies of ours stand before us: their forwarded addresses are believed, others not.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
PORT = env.number("PORT", 8000)
PUBLIC_URL = env.text("PUBLIC_URL") or f"http://localhost:{PORT}"
PUBLIC_WALL = env.flag("DOTHI_PUBLIC_WALL", DEMO)
# Whether other systems may be told of facts at addresses of this machine and its network: to try.
WEBHOOKS_LOCAL = env.flag("DOTHI_WEBHOOKS_LOCAL", DEMO)

INSTALLED_APPS = [
    "dothi.web",
    "dothi.api",
    "dothi.links",
    "dothi.connectors",
    "dothi.operations.wall",
    "dothi.portal",
    "dothi.cases",
    "dothi.feedback",
    "dothi.procedures",
    "dothi.datastore.indicators",
    "dothi.datastore.viewer",
    "dothi.datastore.workbench",
    "dothi.datastore.sharing",
    "dothi.datastore.rights",
    "dothi.datastore.lineage",
    "dothi.datastore.quality",
    "dothi.datastore.sources",
    "dothi.datastore.ingestion",
    "dothi.datastore.tables",
    "dothi.datastore.resolution",
    "dothi.datastore.catalogue",
    "dothi.accounts",
    "dothi.units",
    "dothi.core.papers",
    "dothi.core.notices",
    "dothi.core.attachments",
    "dothi.core.inbox",
    "dothi.core.worklists",
    "dothi.core.verbs",
    "dothi.core.clocks",
    "dothi.core.workdays",
    "dothi.core.access",
    "dothi.core.audit",
    "dothi.core.events",
    "dothi.core.limits",
    "dothi.core.hooks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "pgtrigger",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "dothi.web.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "dothi.web.squeeze.SqueezeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "dothi.core.limits.http.body_limit",
    "dothi.core.limits.http.plain_address",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "dothi.accounts.middleware.StandingMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "dothi.config.urls"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dothi.web.context.everywhere",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

_database = env.database("DATABASE_URL", "postgresql:///dothi")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **{part: _database.pop(part) for part in ("NAME", "USER", "PASSWORD", "HOST", "PORT")},
        # A worker that hangs inside a transaction would hold back every reader of the event log.
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 20, "timeout": 10},
            "options": "-c idle_in_transaction_session_timeout=60s",
            **_database,
        },
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "dothi_cache",
    }
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
TIME_ZONE = env.text("TIME_ZONE", "Asia/Ho_Chi_Minh")
USE_TZ = True
# Seconds for which a process trusts the map of units that it keeps; a test asks each time.
AREAS_CHECKED_EVERY = 0.0 if env.flag("DOTHI_TESTING") else 1.0
CALENDAR_CHECKED_EVERY = AREAS_CHECKED_EVERY
FIGURES_KEPT_FOR = AREAS_CHECKED_EVERY
USE_I18N = True
FORMAT_MODULE_PATH = ["dothi.config.formats"]

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("vendor", VENDOR)] if VENDOR.is_dir() else []
MEDIA_ROOT = VAR / "files"
# Socket path or host:port of clamd; empty: files are not scanned for viruses.
CLAMD = env.text("CLAMD")
# All that one request may carry: six pictures of 15 MB, and words.
BODY_AT_MOST = 100 * 1024 * 1024
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Behind a proxy with TLS: cookies only over it, and browsers remember.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
if env.flag("SECURE"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

# Mail: a real server when there is one, else files in var/outbox (the demo).
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = VAR / "outbox"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "dothi@localhost")

# Short messages: a service that speaks JSON over HTTP (docs/howto/sms.md); empty: not offered.
SMS_URL = env.web("SMS_URL")
SMS_TOKEN = env.text("SMS_TOKEN")
SMS_SENDER = env.text("SMS_SENDER")
SMS_CALLBACK_KEY = env.text("SMS_CALLBACK_KEY")
SMS_PLAIN = env.flag("SMS_PLAIN", True)  # Without marks a segment holds 160 letters, not 70.
SMS_PRICE = env.number("SMS_PRICE", 0)  # Dong a segment, where the service does not say.
SMS_QUIET = env.hours("SMS_QUIET", "21:00-07:00")  # What can wait is not sent then.

# Procrastinate looks for tasks in these modules of every app.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# --- Sign-in ------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    # 20,000 passwords that leaked most often: the list is in Django, nothing is asked outside.
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 14 * 24 * 3600

ACCOUNT_ADAPTER = "dothi.accounts.adapter.AccountAdapter"
ACCOUNT_USER_DISPLAY = "dothi.accounts.models.display_name"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "dothi.accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_URL.partition(":")[0]
# An office stands behind one address: per address generous, per account strict.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/300s/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,3/m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

MFA_ADAPTER = "dothi.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "dothi"
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys over plain HTTP on `localhost` only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://localhost")

SOCIALACCOUNT_ADAPTER = "dothi.accounts.adapter.SocialAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_EMAIL_REQUIRED = False
SOCIALACCOUNT_QUERY_EMAIL = False
OIDC_SERVER_URL = env.text("OIDC_SERVER_URL")
# Which claim of the signed token, with which values, says that a national identity was proved.
OIDC_IDENTITY_CLAIM = env.text("OIDC_IDENTITY_CLAIM", "acr")
OIDC_IDENTITY_VALUES = env.words("OIDC_IDENTITY_VALUES")
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {"openid_connect": {"APPS": []}}
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "identity",
                "name": env.text("OIDC_NAME", "VNeID"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }
    # Signing in there begins with a form here, and browsers count its redirect as its target.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(
        "/".join(OIDC_SERVER_URL.split("/")[:3])
    )
# --- End of sign-in -----------------------------------------------------------------------------
