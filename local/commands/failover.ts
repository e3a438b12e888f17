import { CommandError, FAILOVER_EXIT_CODES, runCommand, say } from "../cli";
import {
  FAILOVER_HELP,
  FAILOVER_OPTIONS,
  failoverRequest,
  failureDocument,
  openPlatform,
  planText,
  runAction,
  type ActionOutput,
} from "../failover";
import { failoverBudget } from "../../components/failover/budget";

runCommand({
  name: "npm run failover",
  help: FAILOVER_HELP,
  options: FAILOVER_OPTIONS,
  positionals: 1,
  exitCodes: FAILOVER_EXIT_CODES,
  async run({ values, positionals, signal }) {
    const request = failoverRequest(values, positionals);
    const show: ActionOutput["show"] = (value, text) =>
      process.stdout.write(`${request.json ? JSON.stringify(value, null, 2) : text}\n`);
    if (request.action === "plan") {
      const budget = failoverBudget();
      show(budget, planText(budget));
      return 0;
    }
    try {
      const platform = openPlatform({ cloud: request.cloud });
      try {
        return await runAction(platform, request, { show, say, signal });
      } finally {
        await platform.close();
      }
    } catch (error) {
      if (request.json && error instanceof CommandError && !signal.aborted) {
        show(failureDocument(error), "");
      }
      throw error;
    }
  },
});
