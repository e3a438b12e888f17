import { DynamoDrift } from "../../functions/shared/regions/driftRecord";
import { runCommand, say, UsageError } from "../cli";
import { detectPlatformDrift, driftClients, driftText, findingsOf } from "../drift";
import { assertAccount, openPlatform, type CloudKind } from "../failover/Platform";

const HELP = `Usage: npm run drift [-- --json] [-- --record] [-- --cloud embedded|aws]

Compares every stack of both Regions with the resources that are there (CloudFormation's drift detection), and the two
Regions with each other: templates, code, parameters and quotas. Changes nothing. What a failover has set is no drift: the
next deployment takes it over.

  --record  keeps the result in the control table, where the readiness evaluation of both Regions finds it
  --json    prints the report as JSON (use npm run -s)
  --cloud   default: the embedded cloud if one is here, else AWS. On AWS: credentials as for the AWS CLI, and the
            deployment's flat outputs in cfn-outputs/flat-outputs.json or the file named by FLAT_OUTPUTS

Exit codes: 0 no drift, 1 usage, 2 drift, 3 failed or incomplete, 130 interrupted.`;

const EXIT = { usage: 1, drift: 2, failed: 3 } as const;

runCommand({
  name: "npm run drift",
  help: HELP,
  options: { json: { type: "boolean" }, record: { type: "boolean" }, cloud: { type: "string" } },
  exitCodes: { usage: EXIT.usage, refused: EXIT.failed, failed: EXIT.failed },
  async run({ values, signal }) {
    const platform = openPlatform({ cloud: cloudOf(values.cloud) });
    try {
      await assertAccount(platform, "dr");
      const clients = driftClients(platform);
      say("Comparing the stacks of both Regions with what is there …");
      const report = await detectPlatformDrift(clients, { suffix: platform.suffix, signal });
      const findings = findingsOf(report);
      const isComplete = report.problems.length === 0;
      // An incomplete detection proves nothing: readiness must not take it for one.
      if (values.record && isComplete) {
        const table = platform.names("dr").controlTable;
        const { checkedAt } = report;
        await new DynamoDrift({ client: clients.tables.dr, table }).write({ checkedAt, findings });
        say("Recorded for the readiness evaluation.");
      }
      process.stdout.write(
        `${values.json ? JSON.stringify({ ...report, findings }, null, 2) : driftText(report)}\n`,
      );
      if (!isComplete) return EXIT.failed;
      return findings.length === 0 ? 0 : EXIT.drift;
    } finally {
      await platform.close();
    }
  },
});

function cloudOf(cloud: string | undefined): CloudKind | undefined {
  if (cloud === undefined || cloud === "embedded" || cloud === "aws") return cloud;
  throw new UsageError(`--cloud is embedded or aws, not "${cloud}".\n\n${HELP}`);
}
