import { drRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { isMap, isOpaque, symbolOf } from "../engine/values";

/** Settings that follow the role of a Region and may differ between the two. */
const ROLE_SETTINGS = new Set(["rds.global_db_rpo", "rds.logical_replication", "aurora_global_db_rpo"]);

/** The same group in another deployment: same logical id, another template of the set. */
function counterparts(set: TemplateSet, group: Resource): Resource[] {
  return set
    .ofType(group.type)
    .filter(
      (other) => other.template !== group.template && other.logicalId === group.logicalId && other.exists(),
    );
}

/** Both Regions' databases are set up alike. */
export const rule = drRule({
  id: "dr-parameter-group-parity",
  title: "Parameter groups are the same in both Regions",
  severity: "medium",
  rationale: "A secondary cluster inherits no parameter group; what differs shows only after the promotion.",
  fix: "Give both Regions' groups the same parameters, but for those that follow the role.",
  scope: "set",
  types: ["AWS::RDS::DBClusterParameterGroup", "AWS::RDS::DBParameterGroup"],
  judge(resource, { set }) {
    const others = counterparts(set, resource);
    if (others.length === 0) return notApplicable("There is no counterpart in another Region.");
    const own = resource.get("Parameters");
    for (const other of others) {
      const theirs = other.get("Parameters");
      if (isOpaque(own) || isOpaque(theirs))
        return unresolved("Parameters", "The parameters are known at deployment only.");
      const left = isMap(own) ? own : {};
      const right = isMap(theirs) ? theirs : {};
      const names = new Set([...Object.keys(left), ...Object.keys(right)]);
      for (const name of names) {
        if (ROLE_SETTINGS.has(name) || symbolOf(left[name]) === symbolOf(right[name])) continue;
        return violation("Parameters", `${name} differs from ${other.template.file}.`);
      }
    }
    return COMPLIANT;
  },
  examples: {
    compliant: [],
    violation: [],
    notApplicable: [`G: {Type: AWS::RDS::DBParameterGroup, Properties: {Family: postgres17}}`],
  },
});
