import * as vm from "node:vm";
import { at, isMapping, loadTemplates, text, type Json } from "./templates";

/** What an inline function asked of AWS, or answered to CloudFormation. */
export interface Sent {
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Plays AWS: gets each command, and returns its output or throws its error. */
export type Aws = (command: string, input: Readonly<Record<string, unknown>>) => unknown;

/** An inline function of a template, loaded with stand-ins for the SDK, the network and the log. */
export interface InlineFunction {
  /** Runs the handler and gives what it answered to CloudFormation. */
  invoke(event: Record<string, unknown>, remainingMilliseconds?: number): Promise<Record<string, Json>>;
  /** Commands sent to AWS so far, in order. */
  readonly sent: readonly Sent[];
  /** Regions of the clients it made; undefined is the function's own. */
  readonly regions: readonly (string | undefined)[];
}

/** An error as the SDK throws it. */
export function awsError(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/**
 * Loads the code that stands in a template.
 * @throws Error when the template has no such inline function
 */
export function loadInlineFunction(
  template: string,
  id: string,
  aws: Aws,
  answerStatus = 200,
): InlineFunction {
  const code = text(
    at(loadTemplates().get(template)?.document, "Resources", id, "Properties", "Code", "ZipFile"),
  );
  if (code === "") throw new Error(`${template}/${id} has no inline code`);
  const sent: Sent[] = [];
  const regions: (string | undefined)[] = [];
  const answers: Record<string, Json>[] = [];
  const sdk = new Proxy(
    {},
    {
      get: (_, name: string) =>
        name.endsWith("Client")
          ? class {
              constructor(options: { region?: string }) {
                regions.push(options.region);
              }
              async send(request: Sent): Promise<unknown> {
                sent.push({ command: request.command, input: request.input });
                return await aws(request.command, request.input);
              }
            }
          : class {
              readonly command = name.replace(/Command$/, "");
              constructor(readonly input: Record<string, unknown>) {}
            },
    },
  );
  const exported: { handler?: (event: unknown, context: unknown) => Promise<void> } = {};
  vm.runInNewContext(code, {
    console: { error: () => undefined },
    exports: exported,
    require: () => sdk,
    fetch: (_: string, { body }: { body: string }) => {
      const answer: unknown = JSON.parse(body);
      if (isMapping(answer as Json)) answers.push(answer as Record<string, Json>);
      return Promise.resolve({ ok: answerStatus < 300, status: answerStatus });
    },
  });
  return {
    sent,
    regions,
    async invoke(event, remainingMilliseconds = 300_000) {
      const request = {
        StackId: "stack",
        RequestId: "request",
        LogicalResourceId: "Logical",
        ResponseURL: "https://answer.example",
        ...event,
      };
      await exported.handler?.(request, { getRemainingTimeInMillis: () => remainingMilliseconds });
      return answers.at(-1) ?? {};
    },
  };
}
