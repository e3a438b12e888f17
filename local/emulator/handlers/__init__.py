"""CloudFormation resource types, one module per service."""

from __future__ import annotations

from importlib import import_module

from ..settings import Settings

MODULES = (
    "apigateway",
    "application_autoscaling",
    "backup",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "dynamodb",
    "ec2_addresses",
    "ec2_security",
    "elbv2",
    "events",
    "iam",
    "kms",
    "lambda_functions",
    "logs",
    "messaging",
    "rds",
    "rds_proxy",
    "route53",
    "s3",
    "wafv2",
)


def install(settings: Settings) -> None:
    """Register the handlers of every module."""
    for name in MODULES:
        import_module(f"{__name__}.{name}").install(settings)
