export { CommandError, Interrupted, UsageError } from "./errors";
export { exclusively } from "./exclusively";
export { formatElapsed, say, step } from "./progress";
export { EXIT_CODES, parseCommandLine, runCommand, type Command } from "./runCommand";
export { lineSplitter, runProgram, tail, type ProgramOptions, type ProgramResult } from "./runProgram";
