"""Options that several commands share."""

from __future__ import annotations

from typing import Any

import click


def model_option(command: Any) -> Any:
    """--model and --policy."""
    command = click.option(
        "--policy", "policy_name", default="p95", show_default=True, help="The policy that sets labels and verdict."
    )(command)
    return click.option(
        "--model", "model_source", help="A model folder or an MLflow URI; default: the model that ships."
    )(command)
