/** A template that cannot be read, or that breaks a rule of this program. The message starts with `file:line:`. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";

  /**
   * @param file template file as the reader knows it, relative to the program
   * @param line first offending line, counted from 1
   * @param reason one sentence: what is wrong
   */
  constructor(
    readonly file: string,
    readonly line: number,
    readonly reason: string,
  ) {
    super(`${file}:${line}: ${reason}`);
  }
}

/** A parameter value that the template's own rules refuse. Found before anything is deployed. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";

  /**
   * @param stackName CloudFormation stack name
   * @param parameter parameter name
   * @param shownValue the value as it may be shown (redacted for NoEcho), or undefined when there is none
   * @param rule the rule that was broken, in words
   */
  constructor(
    readonly stackName: string,
    readonly parameter: string,
    readonly shownValue: string | undefined,
    readonly rule: string,
  ) {
    super(
      shownValue === undefined
        ? `stack ${stackName}, parameter ${parameter}: ${rule}`
        : `stack ${stackName}, parameter ${parameter}, value ${shownValue}: ${rule}`,
    );
  }
}
