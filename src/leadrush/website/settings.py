"""Every setting of the site; what differs between installations comes from the environment.

`LEADRUSH_DATA` is the folder of everything that the site writes (default `./data`). `DATABASE_URL`,
`KEYS_URL` and `LEDGER_URL` name the three databases; each is a SQLite file in that folder unless said.
"""

from __future__ import annotations

import os
from pathlib import Path

from leadrush.look import parts
from leadrush.website.databases import database
from leadrush.website.running import logs

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LEADRUSH_DATA", "data")).resolve()

SECRET_KEY = os.environ.get("LEADRUSH_SECRET_KEY", "only-for-tests-and-checks")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("LEADRUSH_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")

# The master key of the vault: from the environment, else from a file that only its owner can read, which lies
# where no backup of the data takes it.
MASTER_KEY = os.environ.get("LEADRUSH_MASTER_KEY", "")
MASTER_KEY_FILE = DATA / "keys" / "master.key"

LOGGING = logs.settings(os.environ.get("LEADRUSH_LOG", "WARNING"))
# The address under which people reach the site; links in mails begin with it.
SITE_URL = os.environ.get("SITE_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
# `smtp://name:word@host:port/?tls=starttls`; without it, outgoing mail is read in the console.
SMTP_URL = os.environ.get("SMTP_URL", "")
MAIL_FROM = os.environ.get("MAIL_FROM", "post@localhost")

INSTALLED_APPS = [
    "leadrush.gate",
    "leadrush.ledger",
    "leadrush.vault",
    "leadrush.look",
    "leadrush.console",
    "leadrush.mailbox",
    "leadrush.people",
    "leadrush.webinars",
    "leadrush.accountability",
    "django_htmx",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leadrush.look.middleware.Words",
]

DATABASES = {
    "default": database("DATABASE_URL", DATA / "site.sqlite3"),
    "keys": database("KEYS_URL", DATA / "keys" / "keys.sqlite3", synchronous="FULL"),
    "ledger": database("LEDGER_URL", DATA / "ledger.sqlite3", synchronous="FULL"),
}
AUTH_USER_MODEL = "vault.Person"
DATABASE_ROUTERS = ["leadrush.website.routing.Floors"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "leadrush.website.urls"

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
            ],
        },
    }
]

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = parts.folders(DATA)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FORM_RENDERER = "leadrush.look.forms.Renderer"
CSRF_FAILURE_VIEW = "leadrush.look.errors.form_expired"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"
