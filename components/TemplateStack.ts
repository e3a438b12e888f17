import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { Environment } from "./environment";
import type { Templates } from "./generated/templates";
import { LIVE_PARAMETERS } from "./liveState";
import { outputThatStays, previewHooks } from "./preview";
import type { Region } from "./RegionPair";
import { holdsData, statefulStackPolicy } from "./stackPolicy";
import { templateBody, type TemplateStore } from "./templateBody";
import {
  assertDeployable,
  capabilitiesOf,
  checkParameter,
  checkParameterNames,
  loadTemplate,
  ParameterError,
  requiredRule,
  type ParameterDeclaration,
  type ParameterValue,
  type Template,
} from "./template";

const TEMPLATE_FOLDER = path.resolve(__dirname, "../cfn");

/** Path of a template's file. */
export function templateFile(template: string): string {
  return path.join(TEMPLATE_FOLDER, `${template}.yaml`);
}

/** Name of a template in cfn/, without extension. */
export type TemplateName = keyof Templates;

/** Parameters that follow from the Region and the environment; the component gives them where a template has them. */
type CommonParameter = "EnvironmentSuffix" | "RegionCode" | "EnvironmentType" | "Place";

/** Parameters of a template that the program must or may give. */
export type StackParameters<T extends TemplateName> = Omit<Templates[T]["parameters"], CommonParameter>;

/** Outputs of a template as they arrive from CloudFormation. */
export type StackOutputs<T extends TemplateName> = {
  readonly [K in keyof Templates[T]["outputs"]]: pulumi.Output<string>;
};

export interface TemplateStackArgs<T extends TemplateName> {
  readonly region: Region;
  readonly environment: Environment;
  readonly parameters: StackParameters<T>;
  /** Needed only when the template is above 51,200 bytes. */
  readonly store?: TemplateStore;
}

/**
 * How long one operation may take. A first Aurora cluster with two instances needs about 20 minutes on AWS, a global
 * cluster's secondary longer; everything else is well below half an hour.
 */
function timeoutsOf(template: string): pulumi.CustomTimeouts {
  return template === "database"
    ? { create: "90m", update: "90m", delete: "90m" }
    : { create: "45m", update: "45m", delete: "45m" };
}

/** `stack-database-apse1-prod`. */
export function stackName(
  template: string,
  region: Pick<Region, "code">,
  environment: Pick<Environment, "suffix">,
) {
  return `stack-${template}-${region.code}-${environment.suffix}`;
}

/**
 * One CloudFormation stack in one Region, made from a template in cfn/, with parameters and outputs typed by that
 * template.
 *
 * Values are checked against the template's rules as soon as they are known, so a wrong one fails the preview and not
 * the deployment.
 */
export class TemplateStack<T extends TemplateName = TemplateName> extends pulumi.ComponentResource {
  readonly template: Template;
  readonly region: Region;
  /** Name in CloudFormation. */
  readonly stackName: string;
  /** The stack's outputs, each of its own: a consumer waits for this stack and for nothing else. */
  readonly outputs: StackOutputs<T>;
  readonly stack: aws.cloudformation.Stack;

  /**
   * @throws TemplateError when the template cannot be deployed, ParameterError when a value breaks its rules, Error
   * when the Region has no explicit provider
   */
  constructor(templateName: T, args: TemplateStackArgs<T>, opts: pulumi.ComponentResourceOptions = {}) {
    const resourceName = `${templateName}-${args.region.code}`;
    super("payments:index:TemplateStack", resourceName, {}, opts);
    const { region, environment } = args;
    this.region = region;
    this.stackName = stackName(templateName, region, environment);
    this.requireExplicitProvider();
    this.template = loadTemplate(templateFile(templateName));
    assertDeployable(this.template);

    const guarded = environment.type === "production" && holdsData(this.template);
    this.stack = new aws.cloudformation.Stack(
      resourceName,
      {
        name: this.stackName,
        ...templateBody(this.template, args, this),
        parameters: this.checkedParameters(args),
        capabilities: capabilitiesOf(this.template),
        tags: { ...environment.tags },
        // Changing this replaces the stack, so it depends on nothing but the kind of environment. Production keeps
        // a failed stack as evidence; elsewhere the next attempt should find a clean slate.
        onFailure: environment.type === "production" ? "ROLLBACK" : "DELETE",
        ...(guarded ? { policyBody: statefulStackPolicy() } : {}),
      },
      {
        parent: this,
        provider: region.provider,
        protect: guarded,
        customTimeouts: timeoutsOf(templateName),
        // A component's own dependencies do not reach its children by themselves.
        ...(opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }),
        hooks: this.hooks(environment),
      },
    );
    this.outputs = this.typedOutputs();
    this.registerOutputs({ stackName: this.stackName });
  }

  /** What tells at preview which resources change, and refuses the loss of what holds data. */
  private hooks(environment: Environment): pulumi.ResourceHookBinding {
    const { stackName, region, template } = this;
    const liveParameters = LIVE_PARAMETERS[template.name] ?? [];
    return previewHooks({ stackName, region, environment, template, liveParameters });
  }

  private requireExplicitProvider(): void {
    if (!aws.Provider.isInstance(this.region.provider)) {
      throw new Error(`stack ${this.stackName}: an explicit provider for ${this.region.name} is required`);
    }
  }

  /** Given parameters plus the common ones that this template declares. */
  private checkedParameters({ parameters, region, environment }: TemplateStackArgs<T>) {
    const common: Record<CommonParameter, string> = {
      EnvironmentSuffix: environment.suffix,
      RegionCode: region.code,
      EnvironmentType: environment.type,
      Place: region.place,
    };
    const given = new Map<string, pulumi.Input<ParameterValue>>();
    for (const [name, value] of Object.entries(common)) {
      if (this.template.parameters.has(name)) given.set(name, value);
    }
    for (const [name, value] of Object.entries(parameters) as [
      string,
      pulumi.Input<ParameterValue> | undefined,
    ][]) {
      if (value !== undefined) given.set(name, value);
    }
    checkParameterNames(this.stackName, this.template.parameters, [...given.keys()]);
    const checked: Record<string, pulumi.Input<string>> = {};
    for (const [name, value] of given) {
      const declaration = this.template.parameters.get(name);
      if (declaration) checked[name] = this.checkedParameter(declaration, value);
    }
    return checked;
  }

  /** A value that is known now is checked now, so that the error stands at the line that made the stack. */
  private checkedParameter(declaration: ParameterDeclaration, value: pulumi.Input<ParameterValue>) {
    const isPlain = (item: unknown) => ["string", "number", "boolean"].includes(typeof item);
    if (isPlain(value) || (Array.isArray(value) && value.every(isPlain))) {
      return checkParameter(this.stackName, declaration, value as ParameterValue);
    }
    const text = pulumi.output(value).apply((resolved) => {
      // An output that exists in the types may still resolve to nothing.
      const present = resolved as ParameterValue | undefined;
      if (present === undefined) {
        throw new ParameterError(this.stackName, declaration.name, undefined, requiredRule(declaration));
      }
      return checkParameter(this.stackName, declaration, present);
    });
    return declaration.noEcho ? pulumi.secret(text) : text;
  }

  /** Made on demand: an output that a condition leaves out is an error only for whoever wants it. */
  private typedOutputs(): StackOutputs<T> {
    const outputs = {};
    for (const name of this.template.outputs.keys()) {
      Object.defineProperty(outputs, name, { enumerable: true, get: () => this.namedOutput(name) });
    }
    // The generated type and these keys come from the same template; a test fails when they part.
    return outputs as StackOutputs<T>;
  }

  /**
   * One output. An output that the template has only just gained is absent from the deployed stack: unknown at
   * preview, an error after a real update.
   */
  private namedOutput(name: string): pulumi.Output<string> {
    const output = this.stack.outputs.apply((outputs: Record<string, string> | undefined) => {
      const value = outputs?.[name];
      if (value !== undefined) return value;
      if (pulumi.runtime.isDryRun()) return unknown as string;
      throw new Error(`stack ${this.stackName}: CloudFormation returned no output ${name}`);
    });
    return pulumi.runtime.isDryRun() ? this.previewedOutput(name, output) : output;
  }

  /**
   * At preview the provider calls all outputs of a stack that is updated unknown. Those that the update leaves as they are
   * keep their value, or every stack behind this one would show as changed.
   */
  private previewedOutput(name: string, output: pulumi.Output<string>): pulumi.Output<string> {
    // Not in the public type: whether the engine knows the value, without running anything on it.
    const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
    const kept = isKnown.then((known) => (known ? undefined : outputThatStays(this.stackName, name)));
    const value = pulumi.output(kept).apply((text) => text ?? output);
    return pulumi.all([this.stack.urn, value]).apply(([, text]) => text);
  }
}
