"""Changes of the stock emulator's behaviour, one module per concern."""

from __future__ import annotations

from importlib import import_module

from ..settings import Settings

MODULES = (
    "alarms",
    "alarm_suppression",
    "api_gateway",
    "api_gateway_logs",
    "change_sets",
    "cloudformation",
    "cloudfront",
    "cloudwatch_permissions",
    "custom_resources",
    "drift",
    "dynamodb_replication",
    "event_delivery",
    "garbage",
    "kms_enforcement",
    "lambda_environment",
    "lambda_invocation",
    "lambda_permissions",
    "lambda_workers",
    "load_balancer",
    "log_filters",
    "memory_bounds",
    "metrics",
    "permission_names",
    "pollers",
    "queue_times",
    "rds_promotion",
    "request_cost",
    "s3_replication",
    "schedules",
    "step_functions",
    "target_health",
)


def install(settings: Settings) -> None:
    """Apply every patch."""
    for name in MODULES:
        import_module(f"{__name__}.{name}").install(settings)
