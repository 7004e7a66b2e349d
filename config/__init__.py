"""Wiring, imported by nobody: settings, URLs, Celery, WSGI, the table of errors, health."""

from config.celery import application as celery_application

__all__ = ["celery_application"]
