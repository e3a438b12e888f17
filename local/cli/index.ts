export { CommandError, Interrupted, Refused, UsageError } from "./errors";
export { exclusively } from "./exclusively";
export { formatElapsed, say, step } from "./progress";
export {
  EXIT_CODES,
  FAILOVER_EXIT_CODES,
  parseCommandLine,
  runCommand,
  type Command,
  type ExitCodes,
} from "./runCommand";
export { lineSplitter, runProgram, tail, type ProgramOptions, type ProgramResult } from "./runProgram";
