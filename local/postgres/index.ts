export { handleControlRequest } from "./control";
export { PostgresFault, type PostgresFaultCode } from "./errors";
export { PostgresSupervisor } from "./PostgresSupervisor";
export type * from "./types";
