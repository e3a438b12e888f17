import type { Requirement } from "./Requirement";

const requirement = (id: string, says: string, ...metBy: string[]): Requirement => ({ id, says, metBy });

/** Every requirement, in our words, with what meets it. */
export const REQUIREMENTS: readonly Requirement[] = [
  // Form
  requirement(
    "R1",
    "A Pulumi TypeScript program deploys CloudFormation stacks through a provider of each Region and wires outputs across them",
    "index.ts",
    "components/TemplateStack.ts",
    "components/RegionPair.ts",
  ),
  requirement("R2", "A CrossGuard policy pack enforces PCI DSS before anything is created", "policy"),
  requirement("R3", "It is built from the packages that were asked for", "package.json"),
  requirement(
    "R4",
    "Previews run in pull requests, `pulumi up` per stack, both under the policy pack",
    ".github/workflows",
  ),
  requirement("R5", "TypeScript wherever there is a choice", "tsconfig.json"),
  // Architecture
  requirement(
    "R6",
    "ap-southeast-1 is primary, ap-southeast-2 is DR, with the full infrastructure in both, active-passive",
    "components/regions.ts",
    "index.ts",
  ),
  requirement("R7", "Lambda functions process transactions", "cfn/functions.yaml", "functions/processor"),
  requirement(
    "R8",
    "A REST API under a custom domain takes payments",
    "cfn/payments.yaml",
    "docs/openapi.yaml",
  ),
  requirement("R9", "Aurora PostgreSQL, with a read replica in the other Region", "cfn/database.yaml"),
  requirement("R10", "Standard SQS queues carry asynchronous work", "cfn/messaging.yaml"),
  requirement(
    "R11",
    "A load balancer distributes traffic and checks its targets' health",
    "cfn/payments.yaml",
  ),
  requirement("R12", "CloudFront delivers static assets", "cfn/edge.yaml"),
  requirement(
    "R13",
    "A VPC with public and private subnets over several Availability Zones",
    "cfn/network.yaml",
  ),
  // Recovery
  requirement(
    "R14",
    "Recovery time under an hour",
    "cfn/failover.yaml",
    "components/failover/budget.ts",
    "docs/drills/region-loss.json",
  ),
  requirement(
    "R15",
    "Recovery point under 5 minutes",
    "functions/shared/payments/acceptOnce.ts",
    "functions/payment-recovery",
    "docs/drills/region-loss.json",
  ),
  requirement(
    "R16",
    "Route 53 checks the API every 30 seconds and leads its name to DR when the primary fails",
    "cfn/dns.yaml",
  ),
  requirement(
    "R17",
    "Alarms on database connections and Lambda errors detect a failing primary",
    "cfn/failover-detection.yaml",
    "cfn/monitoring.yaml",
  ),
  requirement(
    "R18",
    "Functions in DR promote the replica and switch the standby's streams on",
    "functions/database-control",
    "functions/capacity-control",
  ),
  requirement(
    "R19",
    "EventBridge starts Step Functions, which promote, open the queue by its policy, and notify operations",
    "cfn/failover-detection.yaml",
    "cfn/failover.yaml",
    "functions/failover-report",
  ),
  // Integration
  requirement(
    "R20",
    "Each transaction is written to the database and to the session state in DynamoDB",
    "functions/intake",
    "functions/shared/payments/acceptOnce.ts",
  ),
  requirement(
    "R21",
    "Functions take messages off the queue and write results to global tables",
    "functions/processor",
    "functions/shared/tables/ResultRepository.ts",
  ),
  requirement(
    "R22",
    "The replica follows continuously and can be promoted",
    "cfn/database.yaml",
    "functions/database-control/GlobalDatabase.ts",
  ),
  requirement(
    "R23",
    "Replication rules copy transaction logs and backups between the Regions' buckets",
    "cfn/storage.yaml",
  ),
  requirement(
    "R24",
    "KMS keys of each Region encrypt database, Lambda environments, objects and tables",
    "cfn/encryption.yaml",
    "cfn/functions.yaml",
    "cfn/tables.yaml",
  ),
  requirement(
    "R25",
    "Functions fetch credentials from Secrets Manager at run time, with their role",
    "functions/shared/secrets",
    "cfn/function-roles.yaml",
  ),
  // Data
  requirement("R26", "The database is backed up automatically", "cfn/database.yaml"),
  requirement("R27", "Global tables hold session state and metadata", "cfn/tables.yaml"),
  requirement(
    "R28",
    "Logs and backups are replicated to the other Region",
    "cfn/storage.yaml",
    "cfn/audit.yaml",
  ),
  // Security and compliance
  requirement(
    "R29",
    "Everything is encrypted at rest under customer-managed keys",
    "cfn/encryption.yaml",
    "cfn/storage.yaml",
  ),
  requirement(
    "R30",
    "Everything is encrypted in transit",
    "cfn/payments.yaml",
    "cfn/database.yaml",
    "functions/shared/database",
  ),
  requirement(
    "R31",
    "Functions and database stand in private subnets",
    "cfn/network.yaml",
    "cfn/functions.yaml",
  ),
  requirement(
    "R32",
    "Existing secrets are read; none is created or written down",
    "Pulumi.prod.yaml",
    "cfn/database.yaml",
  ),
  requirement(
    "R33",
    "IAM grants specific actions on specific resources",
    "cfn/function-roles.yaml",
    "cfn/failover-roles.yaml",
  ),
  requirement("R34", "CloudTrail records for the auditor", "cfn/audit.yaml"),
  requirement(
    "R35",
    "CloudWatch Logs hold the logs of applications and infrastructure",
    "cfn/function-roles.yaml",
    "cfn/audit.yaml",
  ),
  requirement("R36", "Well-Architected security practices and PCI DSS", "policy/rules", "docs/pci-matrix.md"),
  // Availability in a Region
  requirement(
    "R37",
    "Database and tables survive the loss of an Availability Zone",
    "cfn/database.yaml",
    "cfn/tables.yaml",
  ),
  requirement("R38", "Lambda concurrency scales by itself", "cfn/functions.yaml"),
  requirement("R39", "Dead-letter queues keep what could not be processed", "cfn/messaging.yaml"),
  requirement("R40", "Alarms notify the on-call engineers", "cfn/monitoring.yaml"),
  // Rules
  requirement(
    "R41",
    "All infrastructure is CloudFormation YAML, one template per concern",
    "cfn",
    "index.ts",
  ),
  requirement("R42", "Every name is `resourceType-purpose-environmentSuffix`", "cfn", "components/names.ts"),
  requirement(
    "R43",
    "Everything can be destroyed; nothing is retained",
    "cfn/artifacts.yaml",
    "local/commands/down.ts",
  ),
  requirement(
    "R44",
    "Tags Environment, Project and CostCenter",
    "components/TemplateStack.ts",
    "cfn/tables.yaml",
  ),
  requirement(
    "R45",
    "Integration tests read the flat outputs of a deployment",
    "components/flatOutputs.ts",
    "tests/integration",
  ),
  requirement(
    "R46",
    "Serverless where it saves cost",
    "cfn/database.yaml",
    "cfn/tables.yaml",
    "docs/cost.md",
  ),
  // Success
  requirement("R47", "It deploys in both Regions", "index.ts", "local/commands/up.ts"),
  requirement(
    "R48",
    "Replication is configured and works",
    "cfn/storage.yaml",
    "cfn/tables.yaml",
    "cfn/database.yaml",
  ),
  requirement("R49", "The API answers under 500 ms", "docs/bench/latest.json", "cfn/functions.yaml"),
  requirement("R50", "99.9 % availability as an objective with burn-rate alarms", "cfn/monitoring.yaml"),
  requirement("R51", "Templates are valid, documented and tested", "cfn", "tests/unit/cfn"),
  requirement(
    "R52",
    "Unit tests of the templates, integration tests and drills of the failover",
    "tests",
    "local/commands/test.ts",
  ),
  requirement("R53", "Dashboards", "cfn/monitoring.yaml"),
  requirement("R54", "Deployment and recovery are documented", "docs/deployment.md", "docs/runbook.md"),
];
