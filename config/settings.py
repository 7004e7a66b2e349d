"""Settings, read from the environment only; every default is the embedded, local one."""

from importlib.util import find_spec
from pathlib import Path

import django_stubs_ext
import environ
from django.contrib.messages import constants as message_levels
from kombu import Exchange, Queue

from config import interfaces
from config.databases import with_options
from config.environment import generated_ruleset_key, generated_secret_key, state_folder
from config.file_broker import folders_in
from experiments.assignment.signature import read_keys

django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = state_folder(env("EQUIPOISE_VAR", default=""), BASE_DIR)

# A production start is one in which somebody named the hosts it answers to.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
PRODUCTION = env.bool("EQUIPOISE_PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="") or generated_secret_key(VAR_DIR)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
RULESET_KEYS = read_keys(
    env("RULESET_KEYS", default="") or generated_ruleset_key(VAR_DIR), field="RULESET_KEYS"
)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "rules",
    "experiments",
    "impact",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5-responsive.html"
MESSAGE_TAGS = {message_levels.ERROR: "danger"}

# Data
DATABASE_URL = env("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'equipoise.sqlite3'}")
DATABASES = {"default": {**with_options(env.db_url_config(DATABASE_URL)), "CONN_MAX_AGE": 600}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LAKE_URL = env("LAKE_URL", default=str(VAR_DIR / "lake"))
INBOX_DIR = Path(env("INBOX_DIR", default=str(VAR_DIR / "inbox")))
SPOOL_DIR = Path(env("SPOOL_DIR", default=str(VAR_DIR / "spool")))
KEPT_DIR = Path(env("KEPT_DIR", default=str(VAR_DIR / "kept")))
for folder in (INBOX_DIR, SPOOL_DIR, KEPT_DIR):
    folder.mkdir(parents=True, exist_ok=True)

# Accounts
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "experiment-list"
LOGOUT_REDIRECT_URL = "sign-in"

# Time and language
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = "config.formats"

# Static files: everything comes out of installed packages, nothing from elsewhere.
TABLER = Path(find_spec("jazzy_tabler").origin).parent / "static" / "vendor" / "tabler"  # type: ignore[union-attr, arg-type]  # a declared dependency is always found
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [("tabler", TABLER)]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "config.static.WheelStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# Requests
EVENTS_ORIGIN = env("EVENTS_ORIGIN", default="")  # where config.events is reached, if it runs
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=2 * 1024**3)
REST_FRAMEWORK = interfaces.REST_FRAMEWORK
SPECTACULAR_SETTINGS = interfaces.OPENAPI
CONTENT_SECURITY_POLICY = interfaces.CONTENT_SECURITY_POLICY
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Work. The row is the work, the message a wake-up: losing one costs a sweep's delay.
CELERY_BROKER_URL = env("BROKER_URL", default="filesystem://localhost//")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = env("QUEUE", default="equipoise")
CELERY_TASK_QUEUES = [Queue(CELERY_TASK_DEFAULT_QUEUE, Exchange(CELERY_TASK_DEFAULT_QUEUE))]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Nobody commands workers by messages; RabbitMQ would refuse the second worker of a host its ear.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = folders_in(VAR_DIR / "queue")
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-experiments": {"task": "experiments.sweep", "schedule": 5.0},
    "sweep-impact": {"task": "impact.sweep", "schedule": 5.0},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
}
