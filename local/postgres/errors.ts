/** AWS's own fault codes for what RDS refuses, and two of ours for what only a local server can suffer. */
export type PostgresFaultCode =
  | "DBClusterAlreadyExistsFault"
  | "DBClusterNotFoundFault"
  | "GlobalClusterNotFoundFault"
  | "InvalidDBClusterStateFault"
  | "InvalidGlobalClusterStateFault"
  | "InvalidParameterValue"
  /** Something was waited for longer than its bound. */
  | "TimedOut"
  /** A local server, file or port failed. */
  | "ServerFailure";

/** A refused or failed operation of the supervisor. The message is meant for the person at the command line. */
export class PostgresFault extends Error {
  readonly code: PostgresFaultCode;

  constructor(code: PostgresFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PostgresFault";
    this.code = code;
  }
}
