"""Clients of others, each asked what ours is asked: one experiment, two arms, one rule.

Each is set up as its documentation shows for a server without a network, and gives the arm of a
unit; a client that is not installed is left out.
"""

import importlib
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

Work = Callable[[], object]
KEY, COUNTRY = "experiment_0", "DE"
USER: dict[str, object] = {"country": COUNTRY, "tier": "pro", "tenure": 7}


def works(units: Sequence[str]) -> dict[str, Work]:
    """Return what each client that is installed has to do for all units."""
    found: dict[str, Work] = {}
    for package, made in (
        ("statsig_python_core", statsig),
        ("growthbook", growthbook),
        ("UnleashClient", unleash),
    ):
        try:
            module = importlib.import_module(package)
        except ImportError:
            continue
        found.update(made(module, units))
    return found


def ask_all(ask: Callable[[Any], object], units: Sequence[Any]) -> None:
    """Ask for each and keep no answer, as a router does."""
    for unit in units:
        ask(unit)


def statsig(module: Any, units: Sequence[str]) -> dict[str, Work]:  # noqa: ANN401  # may be missing
    """Statsig's Rust core; its specs come from a store, nothing is logged."""

    class Store(module.DataStore):  # type: ignore[misc]  # of a module that may be missing
        def get(self, _key: str) -> object:
            return module.DataStoreResponse(result=json.dumps(_statsig_specs()), time=1)

    options = module.StatsigOptions(
        data_store=Store(), disable_network=True, disable_all_logging=True, output_log_level="none"
    )
    client = module.Statsig("secret-benchmark", options)
    client.initialize().wait()
    quiet = module.ExperimentEvaluationOptions(disable_exposure_logging=True)
    users = [module.StatsigUser(unit, country=COUNTRY) for unit in units]
    arms = {client.get_experiment(user, KEY, quiet).value.get("arm") for user in users[:200]}
    assert arms == {"control", "patient"}, arms
    return {
        "Statsig's Rust core, users made before": lambda: ask_all(
            lambda user: client.get_experiment(user, KEY, quiet), users
        )
    }


def growthbook(module: Any, units: Sequence[str]) -> dict[str, Work]:  # noqa: ANN401  # as above
    """GrowthBook's fastest path: one object for all, the experiment run inline."""
    logging.getLogger("growthbook").setLevel(logging.CRITICAL)
    book = module.GrowthBook()
    experiment = module.Experiment(
        key=KEY, variations=["control", "patient"], condition={"country": COUNTRY}
    )

    def ask(unit: str) -> object:
        book.set_attributes({**USER, "id": unit})
        return book.run(experiment)

    arms = {ask(unit).value for unit in units[:200]}  # type: ignore[attr-defined]  # as above
    assert arms == {"control", "patient"}, arms
    return {"GrowthBook, one object, run(Experiment)": lambda: ask_all(ask, units)}


def unleash(module: Any, units: Sequence[str]) -> dict[str, Work]:  # noqa: ANN401  # as above
    """Unleash's client from a bootstrap."""
    logging.getLogger("UnleashClient").setLevel(logging.CRITICAL)
    cache = importlib.import_module("UnleashClient.cache").FileCache("benchmark")
    cache.bootstrap_from_dict(_unleash_features())
    client = module.UnleashClient(
        "http://127.0.0.1:9",
        "benchmark",
        cache=cache,
        disable_metrics=True,
        disable_registration=True,
        project_name="default",
        verbose_log_level=logging.DEBUG,
    )
    client.initialize_client(fetch_toggles=False)

    def ask(unit: str) -> Any:  # noqa: ANN401  # as above
        return client.get_variant(KEY, {"userId": unit, "properties": {"country": COUNTRY}})

    arms = {ask(unit)["name"] for unit in units[:200]}
    assert arms == {"control", "patient"}, arms
    return {"UnleashClient, get_variant": lambda: ask_all(ask, units)}


def _statsig_specs() -> dict[str, object]:
    plain = {"passPercentage": 100, "idType": "userID"}

    def rule(name: str, condition: str, arm: str) -> dict[str, object]:
        named = {"name": name, "id": name, "salt": name, "groupName": name}
        return {**plain, **named, "conditions": [condition], "returnValue": {"arm": arm}}

    def condition(type_: str, **others: object) -> dict[str, object]:
        empty: dict[str, object] = {"targetValue": None, "operator": None, "field": None}
        return {"type": type_, **empty, "additionalValues": {}, "idType": "userID", **others}

    half = {"operator": "lt", "targetValue": 500, "additionalValues": {"salt": "kX3_vT9"}}
    others = {"operator": "none", "field": "country", "targetValue": [COUNTRY]}
    return {
        "has_updates": True,
        "time": 1,
        "feature_gates": {},
        "layer_configs": {},
        "experiment_to_layer": {},
        "dynamic_configs": {
            KEY: {
                "type": "dynamic_config",
                "entity": "experiment",
                "salt": "kX3_vT9",
                "enabled": True,
                "isActive": True,
                "defaultValue": {"arm": "control"},
                "idType": "userID",
                "version": 1,
                "rules": [
                    rule("not_targeted", "others", "control"),
                    rule("control", "half", "control"),
                    rule("patient", "all", "patient"),
                ],
            }
        },
        "condition_map": {
            "others": condition("user_field", **others),
            "half": condition("user_bucket", **half),
            "all": condition("public"),
        },
    }


def _unleash_features() -> dict[str, object]:
    variants = [
        {"name": name, "weight": 500, "stickiness": "userId"} for name in ("control", "patient")
    ]
    german = {"contextName": "country", "operator": "IN", "values": [COUNTRY]}
    strategy = {
        "name": "flexibleRollout",
        "parameters": {"rollout": "100", "stickiness": "userId", "groupId": KEY},
        "constraints": [german],
        "variants": variants,
    }
    feature = {"name": KEY, "type": "experiment", "enabled": True, "strategies": [strategy]}
    return {"version": 2, "features": [feature]}
