"""The admin site of experiments: it shows rows, and changes them through the same doors as all."""

from experiments.admin import experiments, keys, layers, log

__all__ = ["experiments", "keys", "layers", "log"]
