// `npm run policy-bundle`: the policy command line as one file, dist/policy.cjs, for plain `node`.
import { BUNDLE, buildBundle } from "../../policy/bench/bundle";

buildBundle();
process.stdout.write(`${BUNDLE}\n`);
