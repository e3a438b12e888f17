import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, buildConnector } from "undici";
import { CommandError, step, tail } from "../../cli";
import {
  createMerchant,
  embeddedDispatcher,
  FlatOutputs,
  PspClient,
  readEmbeddedCloud,
  withMerchants,
  type EmbeddedCloud,
  type MerchantWithKey,
  type Place,
} from "../../client";
import { CLOCK_FACTOR_VARIABLE, readCloudState } from "../../cloud";
import { OwnPlatform } from "../../deployment";
import { DatabaseReader } from "./DatabaseReader";
import { Faults } from "./Faults";
import { Observer } from "./Observer";
import { TableReader } from "./TableReader";

/** The drills' own embedded cloud: a platform that runs in this clone is left as it is. */
export const DRILL_FOLDER = ".embedded-cloud-drill";

/** The cloud itself lies one deeper: its commands lock its folder, the drill locks the one around it. */
const CLOUD_FOLDER = `${DRILL_FOLDER}/cloud`;

/** AWS seconds in one second here: a lease of 120 s is over in 12, and computing is still fast beside the waits. */
export const DRILL_CLOCK_FACTOR = 10;

const REPLICATION_WAIT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Where the emulator stands for the inside of a Region. */
const INSIDE_ADDRESSES: Readonly<Record<Place, string>> = { primary: "127.0.2.1", dr: "127.0.2.2" };

/** An embedded cloud that is there for drills only, with the platform on it and everything to break and to watch it. */
export class DrillPlatform {
  readonly own: OwnPlatform;
  #opened: OpenPlatform | undefined;

  constructor(clockFactor: number) {
    this.own = new OwnPlatform(CLOUD_FOLDER, { [CLOCK_FACTOR_VARIABLE]: String(clockFactor) });
  }

  /** The platform of the last drill when it was left in the normal state, else a new one. */
  async ready(signal: AbortSignal): Promise<OpenPlatform> {
    if (this.#opened === undefined) {
      await this.discard();
      await step("Bringing up a platform for the drill", async () => {
        const { code, stderr } = await this.own.command("up", ["--no-policy"], signal);
        if (code !== 0) throw new CommandError(`The platform does not come up:\n${tail(stderr, 30)}`);
      });
      this.#opened = await OpenPlatform.open(this.own);
    }
    return this.#opened;
  }

  /** Ends the cloud with all that is on it. Its logs stay until the next one. */
  async discard(): Promise<void> {
    await this.#opened?.close();
    this.#opened = undefined;
    await this.own.stop();
  }

  /** The same, and nothing stays. */
  async remove(): Promise<void> {
    await this.discard();
    this.own.remove();
  }
}

/** A running platform with its readers. */
export class OpenPlatform {
  readonly cloud: EmbeddedCloud;
  readonly outputs: FlatOutputs;
  readonly dispatcher: Agent;
  readonly psp: PspClient;
  readonly faults: Faults;
  readonly databases: Readonly<Record<Place, DatabaseReader>>;
  readonly tables: Readonly<Record<Place, TableReader>>;
  readonly #inside = new Map<Place, Agent>();

  private constructor(
    parts: Omit<OpenPlatform, "close" | "newObserver" | "newMerchants" | "insideDispatcher">,
  ) {
    this.cloud = parts.cloud;
    this.outputs = parts.outputs;
    this.dispatcher = parts.dispatcher;
    this.psp = parts.psp;
    this.faults = parts.faults;
    this.databases = parts.databases;
    this.tables = parts.tables;
  }

  static async open(own: OwnPlatform): Promise<OpenPlatform> {
    const cloud = readEmbeddedCloud(own.directory);
    const outputs = FlatOutputs.read(own.flatOutputs);
    const dispatcher = embeddedDispatcher(cloud);
    const psp = await PspClient.open(cloud, outputs, dispatcher);
    const controlUrl = readCloudState(own.directory)!.postgres.controlUrl;
    const [primary, dr] = await Promise.all(
      (["primary", "dr"] as const).map((place) => DatabaseReader.open(cloud, outputs, place)),
    );
    return new OpenPlatform({
      ...{ cloud, outputs, dispatcher, psp },
      faults: new Faults(cloud, controlUrl, dispatcher, psp),
      databases: { primary: primary!, dr: dr! },
      tables: {
        primary: new TableReader(cloud, outputs, "primary"),
        dr: new TableReader(cloud, outputs, "dr"),
      },
    });
  }

  /** Connects as something inside a Region does: what keeps the world out does not matter there. */
  insideDispatcher(place: Place): Agent {
    const known = this.#inside.get(place);
    if (known !== undefined) return known;
    const { port } = new URL(this.cloud.endpoint);
    const connect = buildConnector({ ca: this.cloud.ca, timeout: CONNECT_TIMEOUT_MS });
    const agent = new Agent({
      connect: (target, callback) =>
        connect(
          { ...target, hostname: INSIDE_ADDRESSES[place], port, servername: target.hostname },
          callback,
        ),
    });
    this.#inside.set(place, agent);
    return agent;
  }

  newObserver(): Observer {
    return new Observer(this.cloud, this.outputs, this.tables);
  }

  /** Merchants of one drill only, known in both Regions. */
  async newMerchants(count: number): Promise<MerchantWithKey[]> {
    const drill = randomInt(1e6);
    const merchants = await withMerchants(
      async (store) => {
        const made: MerchantWithKey[] = [];
        for (let number = 1; number <= count; number++) {
          made.push(await createMerchant(store, { name: `Drill ${drill} merchant ${number}`, test: true }));
        }
        return made;
      },
      this.cloud,
      this.outputs,
    );
    const ids = merchants.map(({ merchantId }) => merchantId);
    const deadline = Date.now() + REPLICATION_WAIT_MS;
    while ((await this.databases.dr.countMerchants(ids)) !== count) {
      if (Date.now() > deadline) throw new CommandError("The merchants do not reach DR's database.");
      await sleep(100);
    }
    return merchants;
  }

  async close(): Promise<void> {
    await Promise.all([this.dispatcher, ...this.#inside.values()].map((each) => each.destroy()));
  }
}
