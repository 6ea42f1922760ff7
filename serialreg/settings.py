"""Settings, read from the environment. Nonsense is refused at start, with the name of the setting (README)."""

from pathlib import Path
from zoneinfo import available_timezones

from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, validate

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()

# Deployment

DEBUG = env.bool("SERIALREG_DEBUG", default=False)
SECRET_KEY = env.str(
    "SERIALREG_SECRET_KEY",
    validate=validate.Length(min=50, error="Must have at least 50 random characters."),
)
ALLOWED_HOSTS: list[str] = env.list("SERIALREG_ALLOWED_HOSTS", default=[])
HTTPS = env.bool("SERIALREG_HTTPS", default=True)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("SERIALREG_TRUSTED_ORIGINS", default=[])
DATA_DIR = Path(env.str("SERIALREG_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
BEHIND_PROXIES = env.int("SERIALREG_PROXIES", default=0, validate=validate.Range(min=0, max=5))

# The application

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "lucide",
    "simple_history",
    "orders",
    "tracking",
    "documents",
]

MIDDLEWARE = [
    "serialreg.web.Utf8Middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "serialreg.sign_in.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "serialreg.web.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "serialreg.urls"
WSGI_APPLICATION = "serialreg.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lucide.templatetags.lucide",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "serialreg.web.navigation",
            ],
        },
    },
]

FORM_RENDERER = "serialreg.web.FormRenderer"

# Database: SQLite unless DATABASE_URL names another. On SQLite, `select_for_update` does nothing: a transaction that
# takes the write lock when it begins (IMMEDIATE) does the same work, and waits for its turn instead of failing.

DATABASES = {"default": env.dj_db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'serialreg.sqlite3'}")}
_database = DATABASES["default"]
if str(DATA_DIR) in str(_database["NAME"]):
    DATA_DIR.mkdir(parents=True, exist_ok=True)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL",
    }
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
else:
    raise ImproperlyConfigured(
        "DATABASE_URL: serialreg runs on SQLite (sqlite:///…) and PostgreSQL (postgres://…) only."
    )

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Signing in. Rights come from roles (groups) alone; after five failures a name is locked from that address for 15
# minutes (`manage.py axes_reset_username NAME` releases it at once).

AUTH_USER_MODEL = "orders.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "orders.rules.permission.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "serialreg.sign_in.locked_out"
AXES_USERNAME_CALLABLE = "serialreg.sign_in.attempted_username"
AXES_IPWARE_PROXY_COUNT = BEHIND_PROXIES or None

SESSION_COOKIE_AGE = 12 * 60 * 60  # a shift
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "serialreg.sign_in.csrf_failure"

# What browsers are told

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if BEHIND_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],  # Bootstrap's own marks are data: pictures
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb", "accelerometer", "gyroscope")
}

# Limits of a request. A list of 10,000 numbers is ordinary (REG-10).

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nb", _("Norwegian Bokmål")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["serialreg.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str(
    "SERIALREG_TIME_ZONE",
    default="Europe/Oslo",
    validate=validate.OneOf(available_timezones(), error="Must be a name like Europe/Amsterdam."),
)

# Files that the browser gets. Bootstrap comes with an installed package; nothing of others is committed.

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "woff2"]
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", get_bootstrap_dir()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        # Read by documents.pdf, which shows how far a big print is.
        "weasyprint.progress": {"level": "INFO", "propagate": False},
    },
}

SIMPLE_HISTORY_REVERT_DISABLED = True
