import { join } from "node:path";
import {
  PolicyPack,
  type EnforcementLevel,
  type PolicyResource,
  type ResourceValidationArgs,
} from "@pulumi/policy";
import { readSettings } from "../cli/inputs";
import type { Finding } from "../engine/judge";
import type { Rule } from "../engine/rule";
import { SUPPRESSION_RULE } from "../engine/suppressions";
import { RULES } from "../rules/index";
import { Judgements, describeFinding, type Judgement } from "./judgements";
import { nativeTypes, type NativeResource } from "./native";
import { PROGRAM_RULES } from "./program";
import { isTemplateObject, type ProgramResource } from "./stacks";
import { withoutProxy } from "./unknown";

/** Types that no rule judges but that others need to find their companions. */
const COMPANIONS = [
  "AWS::EC2::InternetGateway",
  "AWS::EC2::NatGateway",
  "AWS::EC2::RouteTable",
  "AWS::EC2::SubnetRouteTableAssociation",
  "AWS::Route53::HealthCheck",
  "AWS::WAFv2::WebACLAssociation",
];

const settings = readSettings(RULES, join(__dirname, "..", "settings.yaml"), process.env["POLICY_TODAY"]);
const judgements = new Judgements(RULES, settings, nativeTypes(RULES, COMPANIONS));

/** The Pulumi stack of a URN: `urn:pulumi:<stack>::<project>::…`. */
const stackOf = (urn: string): string => urn.split("::")[0]?.split(":")[2] ?? "";

function programResource(args: ResourceValidationArgs | PolicyResource): ProgramResource {
  const { type, name, urn, provider } = args;
  return {
    type,
    name,
    urn,
    properties: withoutProxy(args.props as Record<string, unknown>),
    isProtected: args.opts.protect,
    ...(provider === undefined
      ? {}
      : {
          provider: {
            name: provider.name,
            properties: withoutProxy(provider.props as Record<string, unknown>),
          },
        }),
  };
}

/** The program's resources with what each property depends on, as far as that is one resource. */
function programResources(resources: readonly PolicyResource[]): NativeResource[] {
  return resources.map((resource) => ({
    resource: programResource(resource),
    dependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).flatMap(([property, found]) =>
        found.length === 1 && found[0] !== undefined ? [[property, found[0].name]] : [],
      ),
    ),
  }));
}

let last: { key: string; judgement: Judgement } | undefined;

/** The judgement of everything together; asked once per rule with the same resources, computed once. */
function whole(resources: readonly PolicyResource[]): Judgement {
  const all = programResources(resources);
  const key = JSON.stringify(all);
  if (last?.key === key) return last.judgement;
  const objects = all.map(({ resource }) => resource).filter(({ type }) => isTemplateObject(type));
  const judgement = judgements.together(all, objects);
  last = { key, judgement };
  return judgement;
}

const level = (rule: { id: string; enforcement: string }): EnforcementLevel =>
  (settings.enforcement[rule.id] ?? rule.enforcement) as EnforcementLevel;

const violates = (id: string) => (finding: Finding) => finding.result === "violation" && finding.rule === id;

/** A rule as a policy: before each resource, or over the whole stack when the answer needs other templates. */
function rulePolicy(rule: Rule) {
  const common = {
    name: rule.id,
    description: rule.title,
    enforcementLevel: level(rule),
    severity: rule.severity,
    remediationSteps: rule.fix,
    tags: [...rule.requirements.map((number) => `PCI-DSS-v4.0.1/${number}`), rule.pack],
    framework: {
      name: rule.pack === "pci" ? "PCI DSS" : "Disaster recovery",
      version: rule.pack === "pci" ? "4.0.1" : "1",
      reference: rule.requirements.join(", "),
      specification: rule.title,
    },
  };
  if (rule.scope === "set") {
    return {
      ...common,
      validateStack: (
        args: { resources: PolicyResource[] },
        report: (message: string, urn?: string) => void,
      ) => {
        const found = whole(args.resources).report.findings.filter(violates(rule.id));
        for (const finding of found) {
          const owner = args.resources.find(
            (resource) => resource.name === finding.file && judgements.judges(resource.type),
          );
          report(describeFinding(finding), owner?.urn);
        }
      },
    };
  }
  return {
    ...common,
    validateResource: (args: ResourceValidationArgs, report: (message: string) => void) => {
      const found = judgements.one(programResource(args)).report.findings.filter(violates(rule.id));
      for (const finding of found) report(describeFinding(finding));
    },
  };
}

const programPolicies = PROGRAM_RULES.map((rule) => ({
  name: rule.id,
  description: rule.title,
  enforcementLevel: level(rule),
  remediationSteps: rule.fix,
  validateResource: (args: ResourceValidationArgs, report: (message: string) => void) => {
    for (const message of rule.judge(programResource(args), stackOf(args.urn)))
      report(`${message} Fix: ${rule.fix}`);
  },
}));

/** What this pack could not judge must not look like a pass. */
const readable = {
  name: "template-readable",
  description: "Every template of the program can be read and judged",
  enforcementLevel: "mandatory" as EnforcementLevel,
  validateStack: (args: { resources: PolicyResource[] }, report: (message: string) => void) => {
    for (const problem of whole(args.resources).problems) report(problem);
  },
};

/** A template whose place was not known at first is judged at the end, so that it does not slip through. */
const late = {
  name: "template-judged-late",
  description: "Templates that are known only at the end of a preview comply as well",
  enforcementLevel: "mandatory" as EnforcementLevel,
  validateStack: (args: { resources: PolicyResource[] }, report: (message: string) => void) => {
    for (const finding of whole(args.resources).report.findings) {
      const isMandatory = finding.result === "violation" && finding.enforcement === "mandatory";
      if (isMandatory && judgements.isLate(finding.file))
        report(`${finding.rule}: ${describeFinding(finding)}`);
    }
  },
};

const explained = {
  name: SUPPRESSION_RULE,
  description: "Every suppression has a reason, an owner and an expiry in the future",
  enforcementLevel: "mandatory" as EnforcementLevel,
  validateResource: (args: ResourceValidationArgs, report: (message: string) => void) => {
    const found = judgements.one(programResource(args)).report.findings.filter(violates(SUPPRESSION_RULE));
    for (const finding of found) report(describeFinding(finding));
  },
};

const advice = {
  name: "unresolved-and-suppressed",
  description: "Lists what is known only at deployment, and what is suppressed and why",
  enforcementLevel: "advisory" as EnforcementLevel,
  validateStack: (args: { resources: PolicyResource[] }, report: (message: string) => void) => {
    const { report: found } = whole(args.resources);
    for (const finding of found.findings) {
      if (finding.result === "unresolved") report(`unresolved ${finding.rule}: ${describeFinding(finding)}`);
    }
    for (const { finding, suppression } of found.suppressed) {
      const until = `${suppression.reason} (${suppression.owner}, until ${suppression.expires})`;
      report(
        `suppressed ${finding.rule}: ${finding.file} ${finding.logicalId} (line ${finding.line}): ${until}`,
      );
    }
  },
};

new PolicyPack("payments-pci-dss", {
  displayName: "PCI DSS v4.0.1 and disaster recovery for CloudFormation",
  description: "Judges the CloudFormation inside Pulumi programs.",
  policies: [...RULES.map(rulePolicy), ...programPolicies, readable, late, explained, advice],
});
