"""Every setting of the site; what differs between installations comes from the environment.

`LEADRUSH_DATA` is the folder of everything that the site writes (default `./data`). `DATABASE_URL`,
`KEYS_URL` and `LEDGER_URL` name the three databases; each is a SQLite file in that folder unless said.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from leadrush.live.layers import layers
from leadrush.look import parts
from leadrush.media import storing
from leadrush.website import headers, languages, wagtail_settings
from leadrush.website.databases import database
from leadrush.website.running import logs
from leadrush.website.wagtail_settings import *  # noqa: F403 - settings of another's, told apart

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LEADRUSH_DATA", "data")).resolve()

# `leadrush up` makes the key's file and hands the key on; a process started otherwise signs for itself only.
SECRET_KEY = os.environ.get("LEADRUSH_SECRET_KEY") or secrets.token_urlsafe(48)
DEBUG = False

# The master key of the vault: from the environment, else from a file that only its owner can read, which lies
# where no backup of the data takes it.
MASTER_KEY = os.environ.get("LEADRUSH_MASTER_KEY", "")
# The one that is to take its place, while `leadrush rotate-key` exchanges them.
MASTER_KEY_NEXT = os.environ.get("LEADRUSH_MASTER_KEY_NEXT", "")
MASTER_KEY_FILE = DATA / "keys" / "master.key"
# What was erased, by numbers that name nobody: written before anything goes, read whenever a backup comes
# back. Processes on several machines share this folder.
TOMBSTONES = DATA / "tombstones" / "erased.jsonl"
# Backups. Those of the keys are made daily and lie where no backup of the data takes them; those of the data
# are made daily once it is said where: they are as large as the site, and belong on another disk.
BACKUPS_DAILY = bool(os.environ.get("LEADRUSH_BACKUPS"))
BACKUPS = Path(os.environ.get("LEADRUSH_BACKUPS") or DATA / "backups")
BACKUPS_KEPT = int(os.environ.get("LEADRUSH_BACKUPS_KEPT", "14"))
KEY_BACKUPS = Path(os.environ.get("LEADRUSH_KEY_BACKUPS") or DATA / "keys" / "backups")

# Views of pages: an inbox, and one file a day. DuckDB reads them within these limits; a machine of its own
# (ClickHouse) does where `VISITS_URL` names one. Countries come from a file beside the browser's parts.
VISITS = Path(os.environ.get("VISITS") or DATA / "visits")
VISITS_MEMORY = os.environ.get("VISITS_MEMORY", "512MB")
VISITS_URL = os.environ.get("VISITS_URL", "")
VISITS_DEMO_DAYS = int(os.environ.get("VISITS_DEMO_DAYS", "60"))  # of the demo business, invented
VISITS_COUNTRIES = os.environ.get("VISITS_COUNTRIES") or parts.countries(DATA)

# The address under which people reach the site; links in mails begin with it, and `https://` in it turns on
# what only works over TLS.
SITE_URL = os.environ.get("SITE_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [
    *os.environ.get("LEADRUSH_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(","),
    urlsplit(SITE_URL).hostname or "localhost",
]
# The most bytes that come as one body; larger files come in pieces (leadrush.media.arrivals).
MAX_BODY = int(os.environ.get("LEADRUSH_MAX_BODY", str(20 << 20)))
# The address of the one proxy in front, if there is one: what it says of a request is believed, of no other.
PROXY = os.environ.get("LEADRUSH_PROXY", "")

LOGGING = logs.settings(os.environ.get("LEADRUSH_LOG", "WARNING"))
LOGGING["filters"] = {"no_values": {"()": "leadrush.website.reports.NoValues"}}
LOGGING["handlers"]["terminal"]["filters"] = ["no_values"]
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}  # what is not found is no fault of the site
DEFAULT_EXCEPTION_REPORTER_FILTER = "leadrush.website.reports.Nothing"
# `smtp://name:word@host:port/?tls=starttls`; without it, outgoing mail is read in the console.
SMTP_URL = os.environ.get("SMTP_URL", "")
MAIL_FROM = os.environ.get("MAIL_FROM", "post@localhost")
# Cards are taken by Stripe once its three words are there. Another address than Stripe's own is for tests.
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
STRIPE_PUBLIC_KEY = os.environ.get("STRIPE_PUBLIC_KEY", "")
STRIPE_SIGNING_SECRET = os.environ.get("STRIPE_SIGNING_SECRET", "")
STRIPE_ADDRESS = os.environ.get("STRIPE_ADDRESS", "")

INSTALLED_APPS = [
    "leadrush.gate",
    "leadrush.ledger",
    "leadrush.vault",
    "leadrush.look",
    "leadrush.console",
    "leadrush.mailbox",
    "leadrush.people",
    "leadrush.visits",
    "leadrush.media",
    "leadrush.live",
    "leadrush.purchases",
    "leadrush.webinars",
    "leadrush.guides",
    "leadrush.training",
    "leadrush.accountability",
    "leadrush.website",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *wagtail_settings.APPS,
    "django_htmx",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "leadrush.website.headers.Proxy",
    "leadrush.visits.middleware.Counted",
    "django.middleware.security.SecurityMiddleware",
    "leadrush.website.headers.Headers",
    "leadrush.website.headers.Csp",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "leadrush.website.forms.SignedForms",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leadrush.look.middleware.Words",
]

DATABASES = {
    "default": database("DATABASE_URL", DATA / "site.sqlite3"),
    "keys": database("KEYS_URL", DATA / "keys" / "keys.sqlite3", synchronous="FULL"),
    "ledger": database("LEDGER_URL", DATA / "ledger.sqlite3", synchronous="FULL"),
}
AUTH_USER_MODEL = "vault.Person"
LOGIN_URL = "/sign-in/"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "leadrush.website.editing.ByRole",  # signs nobody in; answers what an editor may do
]
LOGIN_REDIRECT_URL = "people:me"
# Sessions are sealed, and found by a digest of the cookie; nothing in allauth ever sees an address.
SESSION_ENGINE = "leadrush.people.sessions"
SESSION_SERIALIZER = "leadrush.people.sessions.Sealed"
ACCOUNT_ADAPTER = "leadrush.people.adapter.SignIn"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
MFA_ADAPTER = "leadrush.people.adapter.Passkeys"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
DATABASE_ROUTERS = ["leadrush.website.routing.Floors"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "leadrush.website.urls"
# What is said in a live room reaches everybody in it within one process, or by Redis where there are several.
SOCKETS = "leadrush.website.sockets"
CHANNEL_LAYERS = layers(os.environ.get("CHANNEL_LAYER_URL", ""))
# How many watch one room at once without delay; whoever comes after them sees it some seconds later, by HLS.
LIVE_WATCHERS = int(os.environ.get("LIVE_WATCHERS", "150"))

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leadrush.look.context.house",
                "leadrush.website.forms.tokens",
            ],
        },
    }
]

LANGUAGE_CODE = "en-gb"
# The owner's own translations lie in the data folder, those of a part beside its code. Only languages that
# our pages speak are offered: half a page in another language serves nobody.
LOCALE_PATHS = [DATA / "locale"]
LANGUAGES = languages.offered(LANGUAGE_CODE, [*LOCALE_PATHS, *sorted(PACKAGE.glob("*/locale"))])
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = parts.folders(DATA)
STATICFILES_FINDERS = [
    "leadrush.look.finding.Parts",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
# Files that the business hands out lie apart from its pictures: nobody reads them by their address.
# Where `FILES_URL` names an S3-compatible storage, they go on from the folder to there.
STORAGES = {
    **storing.storages(DATA / "files", os.environ.get("FILES_URL", "")),
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FORM_RENDERER = "leadrush.look.forms.Renderer"
CSRF_FAILURE_VIEW = "leadrush.look.errors.form_expired"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {"DIRECTIVES": headers.PAGES}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # headers.Proxy drops it from anybody else
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A message after a form belongs to the sign-in's own session: a cookie of its own would be a second one.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_SITE_NAME = "LeadRush"
