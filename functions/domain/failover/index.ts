/**
 * Who may write: the protocol of role, witness and lease, in pure functions. Both Regions run the same rules; a test
 * explores them together (tests/unit/failover).
 */
export * from "./admission";
export * from "./lease";
export * from "./operations";
export * from "./regions";
export * from "./status";
export * from "./takeover";
export * from "./timings";
export * from "./witness";
