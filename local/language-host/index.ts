export { AWS_PROVIDER, LANGUAGE_HOST, writeExecutables, type ExecutableOptions } from "./executables";
export { whenParentGone } from "./parent";
