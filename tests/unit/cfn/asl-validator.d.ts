/** The part of asl-validator 4 that the checks use; the package brings no types. */
declare module "asl-validator" {
  interface Verdict {
    readonly isValid: boolean;
    errorsText(separator: string): string;
  }
  const validate: (definition: unknown) => Verdict;
  export default validate;
}
