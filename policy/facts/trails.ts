import { known } from "../engine/literal";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { at, flag, isList, isMap, isOpaque, isPresent, type MapValue, type Value } from "../engine/values";

/** The trails of the set. */
export function trails(set: TemplateSet): readonly Resource[] {
  return set.ofType("AWS::CloudTrail::Trail").filter((trail) => trail.exists());
}

/** True for a trail that covers every Region. */
export function coversAllRegions(trail: Resource): boolean {
  return (
    flag(trail.get("IsMultiRegionTrail")) === "true" || flag(trail.get("IsOrganizationTrail")) === "true"
  );
}

function mapsOf(value: Value | undefined): MapValue[] {
  return isList(value) ? value.filter(isMap) : [];
}

/** The values of a field in an advanced selector, by any positive operator. */
function fieldValues(selector: MapValue, field: string): string[] {
  return mapsOf(selector["FieldSelectors"])
    .filter((entry) => known(entry["Field"]) === field)
    .flatMap((entry) => [entry["Equals"], entry["StartsWith"]])
    .flatMap((list) => (isList(list) ? list : []))
    .map((value) => known(value) ?? "");
}

/** Whether management events are recorded, both reads and writes. Without selectors they are. */
export function recordsManagement(trail: Resource): boolean | "unknown" {
  const basic = trail.get("EventSelectors");
  const advanced = trail.get("AdvancedEventSelectors");
  if (isOpaque(basic) || isOpaque(advanced)) return "unknown";
  if (isPresent(advanced)) {
    return mapsOf(advanced).some(
      (selector) =>
        fieldValues(selector, "eventCategory").includes("Management") &&
        fieldValues(selector, "readOnly").length === 0,
    );
  }
  if (!isPresent(basic)) return true;
  return mapsOf(basic).some(
    (selector) =>
      flag(selector["IncludeManagementEvents"]) !== "false" &&
      ["All", undefined].includes(known(selector["ReadWriteType"])),
  );
}

/** Whether data events of S3 objects are recorded. */
export function recordsObjectEvents(trail: Resource): boolean | "unknown" {
  const basic = trail.get("EventSelectors");
  const advanced = trail.get("AdvancedEventSelectors");
  if (isOpaque(basic) || isOpaque(advanced)) return "unknown";
  const byAdvanced = mapsOf(advanced).some(
    (selector) =>
      fieldValues(selector, "eventCategory").includes("Data") &&
      fieldValues(selector, "resources.type").includes("AWS::S3::Object"),
  );
  return (
    byAdvanced ||
    mapsOf(basic).some((selector) =>
      mapsOf(selector["DataResources"]).some(
        (entry) => known(entry["Type"]) === "AWS::S3::Object" && isPresent(at(entry, "Values")),
      ),
    )
  );
}
