// `npm run policy-bench`: time per template beside cfn-lint and checkov (CFN_LINT_PATH and CHECKOV_PATH name them when
// they are not on the PATH).
import { bench } from "../../policy/bench/index";

bench((line) => process.stdout.write(`${line}\n`));
