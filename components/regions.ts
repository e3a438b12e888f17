/** A Region's fixed place. It says nothing about which Region is active right now. */
export type Place = "primary" | "dr";

/** The two Regions that this platform uses, and no other. */
export type RegionName = "ap-southeast-1" | "ap-southeast-2";

/** Short code of a Region, part of every Regional resource name. */
export type RegionCode = "apse1" | "apse2";

/** One value for each Region. */
export interface Pair<T> {
  readonly primary: T;
  readonly dr: T;
}

/** Fixed facts about the two Regions. */
export const REGIONS: Pair<{ readonly name: RegionName; readonly code: RegionCode }> = {
  primary: { name: "ap-southeast-1", code: "apse1" },
  dr: { name: "ap-southeast-2", code: "apse2" },
};

/** The other place. */
export function peerOf(place: Place): Place {
  return place === "primary" ? "dr" : "primary";
}
