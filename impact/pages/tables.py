"""The lists of impact as tables: reports, batches, rejected rows."""

import django_tables2

from impact.models import Batch, Rejection, Run

PER_PAGE = 50
LOOK = {"class": "table table-vcenter card-table stacked-list"}


def _number(label: str) -> dict[str, dict[str, str]]:
    return {"th": {"class": "number"}, "td": {"class": "number", "data-label": label}}


def _labelled(label: str) -> dict[str, dict[str, str]]:
    return {"td": {"data-label": label}}


class RunTable(django_tables2.Table):  # type: ignore[misc]  # it ships no types
    """One line a report, the newest first."""

    experiment = django_tables2.TemplateColumn(template_name="impact/cells/experiment.html")
    as_of = django_tables2.TemplateColumn(
        '<span class="moment">{{ record.as_of|date:"j M Y, H:i" }} UTC</span>',
        verbose_name="Data as of",
        attrs=_labelled("Data as of"),
    )
    status = django_tables2.TemplateColumn(template_name="impact/cells/status.html")
    verdict = django_tables2.TemplateColumn(
        template_name="impact/cells/verdict.html", orderable=False
    )
    answer = django_tables2.TemplateColumn(
        template_name="impact/cells/answer.html", orderable=False
    )

    class Meta:
        model = Run
        fields = ["experiment", "as_of", "status", "verdict", "answer"]
        attrs = LOOK


class BatchTable(django_tables2.Table):  # type: ignore[misc]  # it ships no types
    """One line a batch, the newest first."""

    received_at = django_tables2.TemplateColumn(
        template_name="impact/cells/batch.html", verbose_name="Received"
    )
    kind = django_tables2.TemplateColumn("{{ record.kind|capfirst }}")
    sender = django_tables2.TemplateColumn(template_name="impact/cells/sender.html")
    status = django_tables2.TemplateColumn(template_name="impact/cells/status.html")
    rows_read = django_tables2.TemplateColumn(
        "{% load humanize %}{{ record.rows_read|intcomma }}",
        verbose_name="Rows",
        attrs=_number("Rows"),
    )
    rows_accepted = django_tables2.TemplateColumn(
        "{% load humanize %}{{ record.rows_accepted|intcomma }}",
        verbose_name="Accepted",
        attrs=_number("Accepted"),
    )
    rows_rejected = django_tables2.TemplateColumn(
        template_name="impact/cells/rejected.html",
        verbose_name="Rejected",
        attrs=_number("Rejected"),
    )

    class Meta:
        model = Batch
        fields = [
            "received_at",
            "kind",
            "sender",
            "status",
            "rows_read",
            "rows_accepted",
            "rows_rejected",
        ]
        attrs = {"class": f"{LOOK['class']} compact"}


class RejectionTable(django_tables2.Table):  # type: ignore[misc]  # it ships no types
    """One line a broken rule: where, what was given, what is asked for."""

    row_number = django_tables2.Column(verbose_name="Row", attrs=_number("Row"))
    value = django_tables2.TemplateColumn(
        '{% if record.value %}<code class="text-break">{{ record.value }}</code>'
        '{% else %}<span class="text-secondary">empty</span>{% endif %}',
        orderable=False,
        attrs=_labelled("Value"),
    )
    field = django_tables2.Column(attrs=_labelled("Field"))
    rule = django_tables2.Column(orderable=False, attrs=_labelled("Rule"))

    class Meta:
        model = Rejection
        fields = ["row_number", "field", "value", "rule"]
        attrs = LOOK
