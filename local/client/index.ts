/** What commands, tests and drills use to talk to a running embedded cloud and to the platform on it. */
export * from "./aws";
export * from "./database";
export * from "./demoMerchant";
export * from "./dispatcher";
export * from "./EmbeddedCloud";
export * from "./followPayment";
export * from "./merchants";
export * from "./PaymentsClient";
export * from "./PspClient";
