export { driftClients, type DriftClients } from "./clients";
export { detectPlatformDrift, findingsOf, type DriftReport } from "./detectPlatformDrift";
export { driftText } from "./driftText";
