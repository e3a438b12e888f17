// `npm run -s policy -- check …`: the policy pack as a command-line linter.
import "../../policy/cli/bin";
