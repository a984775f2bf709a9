"""What only some jobs need: a spawned renderer loads it when its job does, a forked one finds it loaded."""

from importlib import import_module

MODULES = (
    "docops_flask.engine.checks.policy_check",
    "docops_flask.engine.integrity.fixes",
    "docops_flask.engine.integrity.verification",
    "docops_flask.engine.template.inspect",
    "unicodedata",
)


def load() -> None:
    """Load it into this process, which is going to fork."""
    for name in MODULES:
        import_module(name)
