import { createMerchant, listMerchants, revokeMerchant, withMerchants } from "../client/merchants";
import { CommandError, EXIT_CODES, runCommand, UsageError } from "../cli";

const HELP = `Usage: npm run merchant -- create --name NAME [--notification-url URL] [--test] [--json]
       npm run merchant -- revoke --merchant MERCHANT_ID [--json]
       npm run merchant -- list [--json]

Manages the merchants of the running platform, in the database of the Region that has the writer.
  create   makes a merchant with one API key. The key is shown once: only its hash is kept.
  revoke   revokes every key of a merchant, at once.
  list     shows the merchants and how many keys of theirs can be used.

--notification-url   https address that is told of results
--test               makes a test key (mk_test_…) instead of a live one

${EXIT_CODES}`;

runCommand({
  name: "npm run merchant",
  help: HELP,
  options: {
    name: { type: "string" },
    merchant: { type: "string" },
    "notification-url": { type: "string" },
    test: { type: "boolean" },
    json: { type: "boolean" },
  },
  positionals: 1,
  async run({ values, positionals }) {
    const show = (value: unknown, text: string) =>
      process.stdout.write(`${values.json ? JSON.stringify(value) : text}\n`);
    switch (positionals[0]) {
      case "create": {
        const { name } = values;
        if (name === undefined) throw new UsageError(`create needs --name.\n\n${HELP}`);
        const merchant = await withMerchants((store) =>
          createMerchant(store, { name, notificationUrl: values["notification-url"], test: values.test }),
        );
        show(merchant, `merchant  ${merchant.merchantId}\nAPI key   ${merchant.apiKey}   (shown only now)`);
        return 0;
      }
      case "revoke": {
        const merchantId = values.merchant;
        if (merchantId === undefined) throw new UsageError(`revoke needs --merchant.\n\n${HELP}`);
        const revoked = await withMerchants((store) => revokeMerchant(store, merchantId));
        if (revoked === undefined) throw new CommandError(`There is no merchant ${merchantId}.`);
        show({ merchantId, revokedKeys: revoked }, `${revoked} key(s) of ${merchantId} revoked.`);
        return 0;
      }
      case "list": {
        const merchants = await withMerchants(listMerchants);
        const lines = merchants.map(
          ({ merchantId, name, usableKeys }) => `${merchantId}  ${usableKeys} usable key(s)  ${name}`,
        );
        show(merchants, lines.length > 0 ? lines.join("\n") : "There are no merchants.");
        return 0;
      }
      case undefined:
      default:
        throw new UsageError(`What to do is missing or unknown: create, revoke or list.\n\n${HELP}`);
    }
  },
});
