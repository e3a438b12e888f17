import type { Enforcement } from "./rule";

/** What an organisation decides for its own systems; the defaults are those of this platform. */
export interface Settings {
  /** Midnight decides: suppressions expire and runtimes go out of support by date. */
  readonly today: Date;
  /** API paths that must answer anonymously, each with its reason. */
  readonly anonymousPaths: readonly { readonly path: string; readonly reason: string }[];
  /** Ports that may never be open to the internet. */
  readonly sensitivePorts: readonly number[];
  /** Requirement 10.5.1: twelve months of audit logs, in days. */
  readonly logRetentionDays: number;
  /** Requirement 10.3.3 and the recovery plan: the least age of the oldest database backup, in days. */
  readonly backupRetentionDays: number;
  /** Requirement 8.3.9: the most days between two rotations of a credential. */
  readonly rotationDays: number;
  /** Requirement 3.7.5: the least days before a key is destroyed. */
  readonly keyDeletionDays: number;
  /** The recovery-time objective in seconds that a failover state machine has to stay under. */
  readonly recoveryTimeSeconds: number;
  /** Enforcement by rule id, where it differs from the rule's own. */
  readonly enforcement: Readonly<Record<string, Enforcement>>;
}

/** 20–21 FTP, 22 SSH, 23 Telnet, 135/139/445 Windows, 3389 RDP, the rest databases, caches and their consoles. */
const SENSITIVE_PORTS = [
  20, 21, 22, 23, 135, 139, 445, 1433, 1434, 1521, 2049, 2375, 3306, 3389, 4333, 5432, 5439, 5500, 5601, 5900,
  5984, 6379, 7000, 8182, 9042, 9092, 9200, 9300, 11211, 27017, 27018, 27019,
];

/** The defaults; `today` has to be given so that no rule reads the clock. */
export function defaultSettings(today: Date): Settings {
  return {
    today,
    anonymousPaths: [
      { path: "/health", reason: "Route 53 and load balancers check health without credentials." },
      { path: "/status", reason: "The witness of the failover reads it through Route 53's health checkers." },
    ],
    sensitivePorts: SENSITIVE_PORTS,
    logRetentionDays: 365,
    backupRetentionDays: 7,
    rotationDays: 90,
    keyDeletionDays: 30,
    recoveryTimeSeconds: 3600,
    enforcement: {},
  };
}
