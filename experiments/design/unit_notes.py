"""What is said of a unit beside what it cannot identify: few clusters, routing, habits, answers."""

from collections.abc import Iterator

from experiments.design.clusters import FEW
from experiments.design.findings import Finding, Setting, note, warning
from experiments.plan.document import Kind, Table, Unit

CLUSTERS = frozenset({Unit.AGENT, Unit.TEAM, Unit.QUEUE})


def clusters_are_few(setting: Setting) -> Iterator[Finding]:
    """Yield how many clusters are needed, a warning where there are fewer.

    >>> few, enough = (Setting(unit=Unit.TEAM, metrics=(), clusters=size) for size in (29, 30))
    >>> [found.level.value for found in clusters_are_few(few)], list(clusters_are_few(enough))
    (['warning'], [])
    """
    if setting.unit not in CLUSTERS - {Unit.QUEUE}:
        return
    many = f"About {FEW} {setting.unit}s or more are needed for intervals that can be relied on"
    if setting.clusters is None:
        yield note(setting.unit.value, f"{many}, however many contacts each has.")
    elif setting.clusters < FEW:
        yield warning(
            setting.unit.value,
            f"{many}; there are {setting.clusters:.0f}. More contacts do not help: those of one "
            f"{setting.unit} are alike. Randomise each customer, or more {setting.unit}s.",
        )


def contacts_are_routed(setting: Setting) -> Iterator[Finding]:
    """Yield that contacts reach agents and teams by skill, not by lot.

    >>> [found.sentence[:30] for found in contacts_are_routed(Setting(unit=Unit.TEAM, metrics=()))]
    ['Contacts reach teams by skill ']
    """
    if setting.unit in {Unit.AGENT, Unit.TEAM}:
        yield note(
            "routing",
            f"Contacts reach {setting.unit}s by skill and shift, not by lot. The draw evens that "
            "out over many of them only; routing must not look at the variant.",
        )


def queues_are_unlike(setting: Setting) -> Iterator[Finding]:
    """Yield that queues are few and unlike each other.

    >>> [found.level.value for found in queues_are_unlike(Setting(unit=Unit.QUEUE, metrics=()))]
    ['warning']
    """
    if setting.unit is Unit.QUEUE:
        yield warning(
            "queue",
            "Queues are few and unlike each other: with a handful of them, the policy's effect "
            "cannot be told from the queues' own differences. Alternate the policy between time "
            "windows instead, or randomise each customer.",
        )


def agents_serve_both(setting: Setting) -> Iterator[Finding]:
    """Yield that agents may carry habits from one variant to the other.

    >>> customers, teams = (Setting(unit=unit, metrics=()) for unit in (Unit.CUSTOMER, Unit.TEAM))
    >>> [found.subject for found in agents_serve_both(customers)], list(agents_serve_both(teams))
    (['agents'], [])
    """
    if setting.unit in {Unit.CUSTOMER, Unit.CONTACT}:
        yield note(
            "agents",
            "Agents serve all variants and may carry a habit from one to the other: the "
            "difference can look smaller than that of a roll-out.",
        )


def averages_over_contacts(setting: Setting) -> Iterator[Finding]:
    """The number of contacts follows the assignment, so it must not select what is compared.

    >>> from experiments.plan.document import Metric, Role, Source
    >>> calls = Source(table=Table.CONTACTS)
    >>> talk = Metric(key="talk", role=Role.PRIMARY, kind=Kind.RATIO, source=calls,
    ...               denominator=calls)
    >>> setting = Setting(unit=Unit.CUSTOMER, metrics=(talk,))
    >>> [found.sentence[:33] for found in averages_over_contacts(setting)]
    ['Talk is an average over contacts.']
    """
    if setting.unit is not Unit.CUSTOMER:
        return
    for metric in setting.metrics:
        is_ratio = metric.kind is Kind.RATIO and metric.denominator is not None
        if is_ratio and metric.source.table is Table.CONTACTS:
            yield note(
                metric.key,
                f"{metric.label} is an average over contacts. If the policy changes how often "
                "customers call, the contacts compared are not alike: read it beside the "
                "contacts per customer.",
            )


def answers_to_surveys(setting: Setting) -> Iterator[Finding]:
    """Yield that surveys are known of those alone who answer.

    >>> from experiments.plan.document import Metric, Role, Source
    >>> liked = Metric(key="liked", role=Role.PRIMARY, kind=Kind.MEAN, source=Source(
    ...     table=Table.SURVEYS, column="score"))
    >>> setting = Setting(unit=Unit.TEAM, metrics=(liked,))
    >>> [found.sentence[:40] for found in answers_to_surveys(setting)]
    ['Liked is known of those alone who answer']
    """
    for metric in setting.metrics:
        if metric.source.table is Table.SURVEYS:
            yield note(
                metric.key,
                f"{metric.label} is known of those alone who answer, and the policy may change "
                "who does: compare how many answered.",
            )
