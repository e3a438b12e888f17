import type { Resource } from "../engine/template";
import { isList, isMap, type MapValue } from "../engine/values";

const CONFIG = "DistributionConfig";

/** The default and the further cache behaviors of a distribution, with their paths. */
export function behaviors(distribution: Resource): { behavior: MapValue; path: string }[] {
  const first = distribution.get(`${CONFIG}.DefaultCacheBehavior`);
  const found = isMap(first) ? [{ behavior: first, path: `${CONFIG}.DefaultCacheBehavior` }] : [];
  return [
    ...found,
    ...listOf(distribution, "CacheBehaviors").map(({ item, path }) => ({ behavior: item, path })),
  ];
}

/** The origins of a distribution, with their paths. */
export function origins(distribution: Resource): { origin: MapValue; path: string }[] {
  return listOf(distribution, "Origins").map(({ item, path }) => ({ origin: item, path }));
}

function listOf(distribution: Resource, name: string): { item: MapValue; path: string }[] {
  const list = distribution.get(`${CONFIG}.${name}`);
  if (!isList(list)) return [];
  return list.flatMap((item, index) => (isMap(item) ? [{ item, path: `${CONFIG}.${name}.${index}` }] : []));
}
