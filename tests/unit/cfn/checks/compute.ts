import * as vm from "node:vm";
import {
  at,
  list,
  mentions,
  resources,
  text,
  where,
  type Check,
  type Json,
  type ResourceUnderTest,
  type Templates,
} from "../templates";

function functions(templates: Templates): ResourceUnderTest[] {
  return resources(templates, "AWS::Lambda::Function");
}

/** Built from functions/, where inline functions stand in the template itself. */
function isBuilt({ properties }: ResourceUnderTest): boolean {
  return at(properties["Code"], "S3Key") !== undefined;
}

/** The template's own statement that a function stays outside the VPC, with its reason. */
function outsideWithReason(resource: ResourceUnderTest): boolean {
  return list(at(resource.resource, "Metadata", "PolicySuppressions")).some(
    (item) => text(at(item, "Rule")) === "lambda-in-vpc" && text(at(item, "Reason")).length > 20,
  );
}

/** Logs are kept a year under the logs key, and exist before the first line (PCI DSS 3.5.1, 10.5.1). */
export const logGroups: Check = (templates) =>
  resources(templates, "AWS::Logs::LogGroup").flatMap((resource) => {
    const parameter = text(at(resource.properties["RetentionInDays"], "Ref"));
    const allowed = list(
      at(templates.get(resource.template)?.document, "Parameters", parameter, "AllowedValues"),
    );
    return [
      ...(at(resource.properties["KmsKeyId"], "Ref") === "LogsKeyArn"
        ? []
        : [`${where(resource)} is not under the logs key`]),
      ...(allowed.length > 0 && allowed.every((days) => Number(days) >= 365)
        ? []
        : [`${where(resource)} may be kept for less than a year`]),
    ];
  });

/** The logs key names the log groups it serves: one that it does not name cannot be created. */
export const logsKeyScope: Check = (templates) => {
  const admitted = resources(templates, "AWS::KMS::Key")
    .filter(({ id }) => id === "LogsKey")
    .flatMap(({ properties }) => list(at(properties["KeyPolicy"], "Statement")))
    .flatMap((statement) => list(at(statement, "Condition", "ArnLike", "kms:EncryptionContext:aws:logs:arn")))
    .map((arn) => text(arn).split(":log-group:")[1] ?? "")
    .map((pattern) => new RegExp(`^${pattern.replace(/[.$(){}|\\+?^[\]]/g, "\\$&").replaceAll("*", ".*")}$`));
  return resources(templates, "AWS::Logs::LogGroup")
    .filter(({ properties }) => !admitted.some((pattern) => pattern.test(text(properties["LogGroupName"]))))
    .map((resource) => `${where(resource)} is not admitted by the logs key`);
};

/** Functions log to their own group, stand in the VPC, hide their environment, and are bounded (R31, R35, R24). */
export const functionForm: Check = (templates) => {
  const groups = new Set(
    resources(templates, "AWS::Logs::LogGroup").map(({ properties }) => text(properties["LogGroupName"])),
  );
  return functions(templates).flatMap((resource) => {
    const { properties } = resource;
    const group = at(properties["LoggingConfig"], "LogGroup");
    const groupName =
      at(group, "Ref") === undefined ? text(group) : `/aws/lambda/${text(properties["FunctionName"])}`;
    const problems: [boolean, string][] = [
      [
        groups.has(groupName) && groupName === `/aws/lambda/${text(properties["FunctionName"])}`,
        "has no log group of its own",
      ],
      [
        properties["VpcConfig"] !== undefined || outsideWithReason(resource),
        "stands outside the VPC without a reason",
      ],
      [
        properties["Environment"] === undefined || at(properties["KmsKeyArn"], "Ref") === "DataKeyArn",
        "has an environment without a customer-managed key",
      ],
      [properties["ReservedConcurrentExecutions"] !== undefined, "may take the account's whole concurrency"],
      [text(properties["Runtime"]) === "nodejs24.x", "runs on another runtime"],
      [
        properties["Environment"] === undefined || at(properties["TracingConfig"], "Mode") === "Active",
        "is not traced",
      ],
    ];
    return problems.flatMap(([fine, problem]) => (fine ? [] : [`${where(resource)} ${problem}`]));
  });
};

/** Inline code is at most 4,096 characters for CloudFormation, parses, and answers CloudFormation on every path. */
export const inlineCode: Check = (templates) =>
  functions(templates).flatMap((resource) => {
    const code = at(resource.properties["Code"], "ZipFile");
    if (typeof code !== "string") return [];
    let parses = true;
    try {
      new vm.Script(`(async (exports, require) => {${code}\n})`);
    } catch {
      parses = false;
    }
    return [
      ...(code.length <= 4096 ? [] : [`${where(resource)} has ${code.length} characters of code`]),
      ...(parses ? [] : [`${where(resource)} has code that does not parse`]),
      ...(/catch \(error\)[\s\S]*'FAILED'/.test(code)
        ? []
        : [`${where(resource)} does not report its failure`]),
    ];
  });

/** A version changes with code and configuration, and the alias live points at it, or callers get old code. */
export const versions: Check = (templates) =>
  functions(templates)
    .filter(isBuilt)
    .flatMap((resource) => {
      const customResource = resources(templates).some(({ properties }) =>
        mentions(properties["ServiceToken"], resource.id),
      );
      if (customResource) return [];
      const version = resources(templates, "AWS::Lambda::Version").find(({ properties }) =>
        mentions(properties["FunctionName"], resource.id),
      );
      const alias = resources(templates, "AWS::Lambda::Alias").find(({ properties }) =>
        mentions(properties["FunctionName"], resource.id),
      );
      const name = resource.id.replace(/Function$/, "");
      return [
        ...(at(version?.properties["CodeSha256"], "Ref") === `${name}CodeSha256`
          ? []
          : [`${where(resource)} has no version that changes with its code`]),
        ...(at(version?.properties["Description"], "Ref") === "ConfigurationHash"
          ? []
          : [`${where(resource)} has no version that changes with its configuration`]),
        ...(at(resource.properties["Environment"], "Variables", "CONFIGURATION_HASH", "Ref") === "ConfigurationHash"
          ? []
          : [`${where(resource)} stays as it was, so that Lambda publishes no version of a new configuration`]),
        ...(alias?.properties["Name"] === "live" &&
        mentions(alias.properties["FunctionVersion"], version?.id ?? "")
          ? []
          : [`${where(resource)} has no alias live on its version`]),
      ];
    });

/** What is called asynchronously keeps what it could not do: rules and CloudFormation call so (R39). */
export const asynchronousFailures: Check = (templates) => {
  const callers = resources(templates).filter(
    ({ type, properties }) => type === "AWS::Events::Rule" || properties["ServiceToken"] !== undefined,
  );
  return functions(templates)
    .filter(isBuilt)
    .filter(({ id }) =>
      callers.some(
        ({ properties }) =>
          mentions(properties["ServiceToken"], id) ||
          mentions(properties["Targets"], id.replace(/Function$/, "Alias")),
      ),
    )
    .filter(({ properties }) => at(properties["DeadLetterConfig"], "TargetArn") === undefined)
    .map((resource) => `${where(resource)} is called asynchronously and has no dead-letter queue`);
};

function seconds(templates: Templates, id: string): number {
  return Number(functions(templates).find((resource) => resource.id === id)?.properties["Timeout"] ?? NaN);
}

/** Time-outs nest: function inside caller, six function runs inside one visibility time-out. */
export const timeouts: Check = (templates) => {
  const visibility = Number(
    resources(templates, "AWS::SQS::Queue").find(({ id }) => id === "PaymentQueue")?.properties[
      "VisibilityTimeout"
    ],
  );
  const methods = resources(templates, "AWS::ApiGateway::Method").flatMap((resource) => {
    const alias = /\$\{(\w+)AliasArn\}/.exec(text(at(resource.properties["Integration"], "Uri")))?.[1] ?? "";
    const limit = Number(at(resource.properties["Integration"], "TimeoutInMillis") ?? 29_000) / 1000;
    return limit <= 29 && seconds(templates, `${alias}Function`) < limit
      ? []
      : [`${where(resource)} ends before its function`];
  });
  const customResources = resources(templates)
    .filter(({ properties }) => properties["ServiceToken"] !== undefined)
    .flatMap((resource) => {
      const limit = Number(resource.properties["ServiceTimeout"] ?? NaN);
      const token = resource.properties["ServiceToken"];
      // A function of another template comes as a parameter that is called after it.
      const id = text(at(token, "Fn::GetAtt", 0)) || text(at(token, "Ref")).replace(/Arn$/, "");
      return limit > seconds(templates, id)
        ? []
        : [`${where(resource)} gives up before its function does, or never`];
    });
  return [
    ...(visibility >= 6 * seconds(templates, "ProcessorFunction")
      ? []
      : ["messaging/PaymentQueue shows messages again while they are worked on"]),
    ...methods,
    ...customResources,
  ];
};

const STREAM: Readonly<Record<string, Json>> = {
  StartingPosition: "TRIM_HORIZON",
  BisectBatchOnFunctionError: true,
};

/** Event sources are switched by parameters, report single failures, and let a bad record hold nothing up. */
export const eventSources: Check = (templates) =>
  resources(templates, "AWS::Lambda::EventSourceMapping").flatMap((resource) => {
    const { properties } = resource;
    const stream = resource.id.includes("Stream");
    const bounded =
      Number(properties["MaximumRetryAttempts"] ?? -1) > 0 &&
      at(properties["DestinationConfig"], "OnFailure", "Destination") !== undefined;
    return [
      ...(text(at(properties["Enabled"], "Ref")).endsWith("ConsumersEnabled")
        ? []
        : [`${where(resource)} cannot be switched`]),
      ...(list(properties["FunctionResponseTypes"]).includes("ReportBatchItemFailures")
        ? []
        : [`${where(resource)} repeats whole batches`]),
      ...(text(at(properties["FunctionName"], "Ref")).endsWith("Alias")
        ? []
        : [`${where(resource)} passes the alias by`]),
      ...(!stream || (bounded && Object.entries(STREAM).every(([key, value]) => properties[key] === value))
        ? []
        : [`${where(resource)} can be held up by one record`]),
      ...(stream || at(properties["ScalingConfig"], "MaximumConcurrency") !== undefined
        ? []
        : [`${where(resource)} scales without a bound`]),
    ];
  });
