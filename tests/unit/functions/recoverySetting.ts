import type { Client } from "pg";
import { TestDatabase } from "../support/postgres";
import { actions } from "./actions";
import { RecoveryWorld } from "./recoveryWorld";
import { addMerchants, World } from "./support";

/**
 * A Region with a database of its own that takes over from a lost one. Call it in the body of a `describe`: it adds the
 * hooks that make world and recovery anew for each test.
 */
export function recoverySetting() {
  const postgres = new TestDatabase();
  let admin: Client;
  let world: World;
  let recovery: RecoveryWorld;

  before(async () => {
    await postgres.start();
    await postgres.migrate();
    admin = await postgres.client();
    await addMerchants(admin);
  });
  beforeEach(async () => {
    world = new World(postgres.database());
    recovery = new RecoveryWorld(world);
    await admin.query(
      "UPDATE payments.payment_operations SET status = 'failed' WHERE status IN ('pending', 'processing')",
    );
  });
  afterEach(() => world.database.close());
  after(async () => {
    await admin.end();
    await postgres.stop();
  });

  /** This Region takes over: the queue of the lost one is gone. */
  const takeOver = (): void => {
    world.queue.messages.splice(0);
    world.psp.calls.splice(0);
    world.regionState.epoch = 2;
  };
  /** What Aurora had not carried over: the requests' rows, as if they had never been. */
  const forget = async (...ids: string[]): Promise<void> => {
    await admin.query("BEGIN");
    // The ledger lets nothing go, and here nothing was ever posted.
    await admin.query("ALTER TABLE payments.ledger_entries DISABLE TRIGGER USER");
    for (const table of ["outbox", "payment_events", "ledger_entries", "psp_notifications"]) {
      await admin.query(`DELETE FROM payments.${table} WHERE payment_id = ANY($1)`, [ids]);
    }
    await admin.query("DELETE FROM payments.idempotency_keys WHERE resource_id = ANY($1)", [ids]);
    await admin.query(
      "DELETE FROM payments.payment_operations WHERE operation_id = ANY($1) OR payment_id = ANY($1)",
      [ids],
    );
    await admin.query("DELETE FROM payments.payments WHERE payment_id = ANY($1)", [ids]);
    await admin.query("ALTER TABLE payments.ledger_entries ENABLE TRIGGER USER");
    await admin.query("COMMIT");
  };

  return {
    ...actions(
      () => world,
      () => admin,
    ),
    takeOver,
    forget,
    /** What the present test has. */
    present: () => ({ admin, world, recovery }),
  };
}
