"""Guard over the private names of MiniStack that this package replaces or calls.

The names are not a public interface, so the version is pinned exactly. A missing name stops the
start with one list of everything that is missing, instead of failing in the middle of a stack.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version

EXPECTED_VERSION = "1.5.33"

# module → names used. A dotted name is an attribute of an attribute.
REQUIRED: dict[str, tuple[str, ...]] = {
    "ministack.app": (
        "app",
        "_MAIN_LOOP",
        "_HEALTH_PATHS",
        "_is_potential_alb_request",
        "_resolve_custom_domain_request",
        "_parse_cloudfront_dataplane_host",
        "formatdate",
        "SERVICE_REGISTRY",
        "SERVICE_HANDLERS",
        "_get_module",
    ),
    "ministack.core.concurrency": ("run_reentrant",),
    "ministack.core.iam_actions": (
        "_lambda_action",
        "extract_iam_action",
        "extract_resource_arn",
        "request_tag_context",
    ),
    "ministack.core.iam_evaluator": (
        "is_root_access_key",
        "parse_policy_document",
        "request_caller_arn",
        "resolve_credential",
    ),
    "ministack.core.lambda_runtime": (
        "Worker._spawn",
        "Worker.invoke",
        "Worker._read_stderr",
        "Worker._drain_stderr",
        "_worker_class_for",
        "_signal",
        "_collect",
        "_REAP_GRACE",
        "acquire_worker",
        "release_worker",
        "invalidate_worker",
        "_NODEJS_WORKER_SCRIPT",
        "_workers",
        "_lock",
        "kill_workers",
        "subprocess",
        "_RESERVED_RUNTIME_ENV_VARS",
    ),
    "ministack.core.responses": (
        "_account_from_sts_session",
        "get_region",
        "get_account_id",
        "new_uuid",
        "request_scope",
        "set_request_region",
        "set_request_account_id",
    ),
    "ministack.core.router": ("SERVICE_PATTERNS", "extract_access_key_id"),
    "ministack.services.acm": ("_certificates",),
    "ministack.services.alb": (
        "find_lb_for_host",
        "dispatch_request",
        "_describe_target_health",
        "_lbs",
        "_tgs",
        "_targets",
        "_rules",
        "_listeners",
        "_tg_attrs",
        "_invoke_lambda_target",
    ),
    "ministack.services.apigateway_v1": (
        "_invoke_lambda_proxy_v1",
        "run_reentrant",
        "_gateway_error_response",
        "_gw_error",
        "_extract_lambda_ref_from_integration_uri",
        "resolve_base_path_mapping",
        "_invoke_authorizer_lambda",
        "_rest_apis",
        "_domain_names",
    ),
    "ministack.services.backup": ("_vaults",),
    "ministack.services.cloudfront": (
        "_dist_config_el",
        "_distributions",
        "_domain_owners",
        "_fetch_from_origin",
        "_find",
        "_get_distribution_aliases",
        "_oacs",
        "_s3_object_key",
        "_text",
        "handle_viewer_request",
        "OriginTimeout",
        "OriginUnreachable",
        "parse_distribution_dataplane_config",
    ),
    "ministack.services.cloudformation.custom_resource": ("invoke_custom_resource",),
    "ministack.services.cloudformation.engine": (
        "_resolve_dynamic_references",
        "_evaluate_conditions",
        "_intrinsic_references",
        "validate_template_support",
    ),
    "ministack.services.cloudformation.changesets": ("_resolve_props_for_diff",),
    "ministack.services.cloudformation.drift": ("_DRIFT_READERS", "_json_or", "_tag_map"),
    "ministack.services.cloudformation.handlers": ("_create_stack", "_update_stack"),
    "ministack.services.cloudformation.provisioners": (
        "_RESOURCE_HANDLERS",
        "_REPLACING_PROPERTIES",
        "_STACK_TAG_PROPERTY",
        "_NAME_SEED",
        "_physical_name",
        "_rds_db_cluster_attrs",
        "_lambda_function_for_cfn_ref",
    ),
    "ministack.services.cloudformation.stacks": ("_property_recreation", "_runs_on_worker_thread"),
    "ministack.services.cloudtrail": ("_trails",),
    "ministack.services.cloudwatch_logs": (
        "_log_groups",
        "_append_log_events",
        "_metric_filters",
        "_put_log_events",
        "_put_metric_filter",
    ),
    "ministack.services.cloudwatch": (
        "_record_history",
        "_evaluate_alarm",
        "_alarms",
        "_metrics",
        "_dims_key",
        "_dims_from_list",
        "_calc_stats",
        "_stat_value",
        "_dispatch_alarm_actions",
        "_evaluate_parent_alarms",
        "_alarm_history",
        "_composite_alarms",
    ),
    "ministack.services.dynamodb": (
        "_replicate_write",
        "_tables",
        "_tags",
        "_emit_stream_event",
        "_remove_item",
        "_set_item",
        "_extract_key_val",
        "_replica_group",
        "_create_replica",
    ),
    "ministack.services.eventbridge": (
        "_dispatch_to_event_bus",
        "_dispatch_event",
        "_ensure_default_bus",
        "_event_buses",
        "_SCHEDULER_TICK_INTERVAL",
        "_parse_rate_seconds",
    ),
    "ministack.services.lambda_svc": (
        "_execute_function_with_config_scope",
        "_execute_function",
        "_execute_function_warm",
        "_acquire_execution_slot",
        "_release_execution_slot",
        "_account_region_from_function_config",
        "_durable_env_overlay",
        "_emit_lambda_logs",
        "_emit_lambda_metrics",
        "_iter_all_esms",
        "_poll_loop",
        "_poll_sqs",
        "_poll_kinesis",
        "_poll_dynamodb_streams",
        "esm_wake",
        "_ensure_reaper_thread",
        "_esms",
        "_invoke_depth",
        "_proxy_url_for",
        "_throttle_response",
        "_xray_trace_id_for_invocation",
        "_RIE_TIMEOUT_TEXT_RE",
        "LAMBDA_EXECUTOR",
        "LAMBDA_STRICT",
        "_functions",
        "_fetch_code_from_s3",
    ),
    "ministack.services.rds": (
        "_clusters",
        "_instances",
        "_global_clusters",
        "_resolve_global_cluster",
        "_resolve_global_writer_switch",
        "_set_global_cluster_writer",
        "_remove_from_global_cluster",
        "_global_cluster_xml",
    ),
    "ministack.services.route53": (
        "_zones",
        "_records",
        "_health_checks",
        "_parse_health_check_config",
        "_build_health_check_el",
        "_error_response",
        "_find",
        "_findall",
    ),
    "ministack.services.s3": (
        "_maybe_replicate",
        "_maybe_replicate_delete_marker",
        "_buckets",
        "_bucket_owner_account",
        "_bucket_versioning",
        "_object_versions",
        "_replication_rule_for",
        "_replication_destination",
    ),
    "ministack.services.scheduler": ("_SCHEDULE_TICK_INTERVAL",),
    "ministack.services.sqs": (
        "_queues",
        "_collect_msgs",
        "_act_change_visibility",
        "_act_change_visibility_batch",
        "_get_q",
    ),
    "ministack.services.stepfunctions": (
        "_invoke_aws_sdk_integration",
        "_add_event",
        "_fail_execution",
        "_run_sub_machine",
        "_emit_execution_status_event",
        "_run_execution",
        "_ExecutionError",
        "_executions",
        "_state_machines",
    ),
    "ministack.services.waf": ("handle_request", "_web_acls"),
}


class PinnedVersionError(Exception):
    """The installed MiniStack is not the one that this package was written for."""


def missing_names() -> list[str]:
    """Every required name that the installed MiniStack does not have."""
    missing = []
    for module_name, names in REQUIRED.items():
        try:
            module = importlib.import_module(module_name)
        except ImportError:
            missing.append(module_name)
            continue
        for name in names:
            holder: object = module
            for part in name.split("."):
                if not hasattr(holder, part):
                    missing.append(f"{module_name}.{name}")
                    break
                holder = getattr(holder, part)
    return missing


def check() -> None:
    """Raise PinnedVersionError unless the expected version with every private name is installed."""
    try:
        installed = version("ministack")
    except PackageNotFoundError:
        installed = "none"
    if installed != EXPECTED_VERSION:
        raise PinnedVersionError(f"ministack {EXPECTED_VERSION} is required, installed: {installed}")
    missing = missing_names()
    if missing:
        raise PinnedVersionError(f"ministack {EXPECTED_VERSION} lacks the names that are patched: {', '.join(missing)}")
