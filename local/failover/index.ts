/** What an operator sees and does about a failover, on the embedded cloud and on AWS. */
export * from "./bounded";
export * from "./commandLine";
export * from "./decisions";
export * from "./failoverReport";
export * from "./failoverStatus";
export * from "./followOperation";
export * from "./interventions";
export * from "./operations";
export * from "./planText";
export * from "./Platform";
export * from "./readiness";
export * from "./runAction";
export * from "./records";
export * from "./serving";
export * from "./statusText";
