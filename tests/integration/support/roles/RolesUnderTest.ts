import { REGIONS } from "../../../../components/regions";
import { FlatOutputs, readEmbeddedCloud, type EmbeddedCloud, type Place } from "../../../../local/client";
import { DeployedRoles } from "./DeployedRoles";
import { FUNCTION_ROLES } from "./cases";
import { deleteProbes, ProbeFunction } from "./ProbeFunction";
import { ProbeObjects } from "./ProbeObjects";
import { StrangerRole } from "./StrangerRole";
import { logGroupOf, surroundingsOf, type Surroundings } from "./Surroundings";

export const PLACES = ["primary", "dr"] as const satisfies readonly Place[];

/** Where a role exists. */
export function placesOf(onlyIn?: Place): readonly Place[] {
  return onlyIn === undefined ? PLACES : [onlyIn];
}

/** The running platform's roles, and what the tests put beside them. */
export class RolesUnderTest {
  readonly cloud: EmbeddedCloud = readEmbeddedCloud();
  readonly suffix: string;
  readonly deployed: DeployedRoles;
  readonly stranger: StrangerRole;
  readonly #outputs = FlatOutputs.read();
  readonly #surroundings = new Map<Place, Surroundings>();
  readonly #probes = new Map<string, ProbeFunction>();

  constructor() {
    this.suffix = this.#outputs.suffix;
    this.deployed = new DeployedRoles(this.cloud);
    this.stranger = new StrangerRole(this.cloud, this.suffix);
  }

  /** Reads everything and starts the probes, after it has removed what a killed run left. */
  async open(): Promise<this> {
    for (const place of PLACES) {
      this.#surroundings.set(place, await surroundingsOf(this.cloud, this.#outputs, place));
    }
    await this.close();
    await this.deployed.read();
    for (const [purpose, { onlyIn }] of Object.entries(FUNCTION_ROLES)) {
      for (const place of placesOf(onlyIn)) await this.#startProbe(purpose, place);
    }
    return this;
  }

  /** Removes the probes and all that they left. */
  async close(): Promise<void> {
    for (const place of this.#surroundings.keys()) {
      await deleteProbes(this.cloud, place, this.suffix);
      await this.objects(place).remove();
    }
    await this.stranger.delete();
  }

  around(place: Place): Surroundings {
    return this.#surroundings.get(place) as Surroundings;
  }

  objects(place: Place): ProbeObjects {
    return new ProbeObjects(this.cloud, this.around(place));
  }

  /** The probe that acts as a role of functions. @throws Error without one: the role is not deployed */
  probe(name: string): ProbeFunction {
    const probe = this.#probes.get(name);
    if (probe === undefined) throw new Error(`There is no role ${name}`);
    return probe;
  }

  /** The name of a purpose's role in a Region. */
  nameOf(purpose: string, place: Place): string {
    return `role-${purpose}-${REGIONS[place].code}-${this.suffix}`;
  }

  arnOf(name: string): string {
    return `arn:aws:iam::${this.cloud.accountId}:role/${name}`;
  }

  async #startProbe(purpose: string, place: Place): Promise<void> {
    const name = this.nameOf(purpose, place);
    // The test of the role says that it is missing.
    if (!this.deployed.names.includes(name)) return;
    const logGroup = logGroupOf(purpose, this.around(place));
    const role = { place, name, purpose, suffix: this.suffix, logGroup };
    this.#probes.set(name, await ProbeFunction.create(this.cloud, role));
  }
}
