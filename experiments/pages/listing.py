"""The list of experiments: the first page after the sign-in."""

import django_filters
import django_tables2
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_tables2 import RequestConfig

from experiments.lifecycle import Status
from experiments.models import Experiment
from experiments.pages.people import viewer

OPEN = [status.value for status in Status if status is not Status.ARCHIVED]


class ExperimentFilter(django_filters.FilterSet):  # type: ignore[misc]  # ships no types
    """Narrow the list by words of the title and by status."""

    title = django_filters.CharFilter(lookup_expr="icontains", label="Title contains")
    status = django_filters.ChoiceFilter(
        choices=[(status.value, status.value.capitalize()) for status in Status],
        label="Status",
        empty_label="All but archived",
        method="with_status",
    )

    class Meta:
        model = Experiment
        fields = ["title", "status"]

    def with_status(
        self, experiments: QuerySet[Experiment], _name: str, value: str
    ) -> QuerySet[Experiment]:
        """Keep the experiments of one status."""
        return experiments.filter(status=value)


class ExperimentTable(django_tables2.Table):  # type: ignore[misc]  # ships no types
    """One line an experiment; the effect comes from the reports, asked for once the page stands."""

    title = django_tables2.TemplateColumn(
        template_name="experiments/cells/title.html", verbose_name="Experiment"
    )
    status = django_tables2.TemplateColumn(template_name="experiments/cells/status.html")
    effect = django_tables2.TemplateColumn(
        template_name="experiments/cells/effect.html",
        verbose_name="What the latest report says",
        orderable=False,
    )
    owner = django_tables2.Column(
        accessor="owner__username",
        default="nobody",
        verbose_name="Owner",
        attrs={"td": {"data-label": "Owner"}},
    )
    updated_at = django_tables2.TemplateColumn(
        template_name="experiments/cells/moment.html",
        verbose_name="Changed",
        attrs={"td": {"data-label": "Changed"}},
    )

    class Meta:
        model = Experiment
        fields = ["title", "status", "effect", "owner", "updated_at"]
        attrs = {"class": "table table-vcenter card-table stacked-list"}
        order_by = "-updated_at"


@viewer
def experiment_list(request: HttpRequest) -> HttpResponse:
    """Show every experiment that the filter lets through."""
    experiments = Experiment.objects.select_related("owner")
    if not request.GET.get("status"):
        experiments = experiments.filter(status__in=OPEN)
    selection = ExperimentFilter(request.GET, queryset=experiments)
    table = ExperimentTable(selection.qs)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {
        "section": "experiments",
        "table": table,
        "filter": selection,
        "keys": ",".join(row.record.key for row in table.page.object_list),
        "is_empty": not Experiment.objects.exists(),
    }
    return render(request, "experiments/list.html", context)
