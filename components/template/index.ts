export { INLINE_LIMIT_BYTES, placeBody, S3_LIMIT_BYTES, type BodyPlacement } from "./body";
export { capabilitiesOf, type Capability } from "./capabilities";
export { ParameterError, TemplateError } from "./errors";
export {
  assertDeployable,
  loadTemplate,
  parseTemplate,
  type OutputDeclaration,
  type ParameterDeclaration,
  type Template,
} from "./load";
export {
  checkParameter,
  checkParameterNames,
  isList,
  normaliseParameter,
  requiredRule,
  type ParameterValue,
} from "./parameters";
export { CLOUDFORMATION_SCHEMA, CLOUDFORMATION_TAGS } from "./schema";
