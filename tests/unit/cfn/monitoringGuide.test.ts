import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { allAlarms, purposeOf, toldBy, where } from "./checks/alarms";
import { loadTemplates, mutated, isMapping, resources, text, withValue, type Templates } from "./templates";

const DOCS = path.resolve(__dirname, "../../../docs");
const GUIDE = "docs/alarms.md";
const PARTS = ["Means", "Customers feel", "First look", "Do", "Escalate"];

/** The sections on alarms: heading to text. */
function sectionsOf(guide: string): Map<string, string> {
  return new Map(
    guide
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section]),
  );
}

/** Anchors of a document, as GitHub makes them. */
function anchorsOf(document: string): Set<string> {
  const headings = [...document.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? "");
  return new Set(headings.map((heading) => heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")));
}

/** Whether an alarm's description ends with its own section, and that section has what a woken person needs. */
function guideProblems(guide: string, templates: Templates): string[] {
  const sections = sectionsOf(guide);
  const alarms = allAlarms(templates);
  const purposes = new Set(alarms.map(purposeOf));
  return [
    ...alarms.flatMap((alarm) => {
      const purpose = purposeOf(alarm);
      const section = sections.get(purpose);
      const linked = text(alarm.properties["AlarmDescription"]).endsWith(` See ${GUIDE}#${purpose}.`);
      return [
        ...(linked ? [] : [`${where(alarm)} does not link to its section`]),
        ...(section === undefined ? [`${where(alarm)} has no section`] : sectionProblems(purpose, section, toldBy(alarm))),
      ];
    }),
    ...[...sections.keys()].filter((heading) => !purposes.has(heading)).map((heading) => `${heading} is no alarm`),
  ];
}

function sectionProblems(purpose: string, section: string, told: readonly string[]): string[] {
  const kind = told.includes("OperationsTopicArn") ? "*Page.*" : told.includes("TicketTopicArn") ? "*Ticket.*" : "*Part of ";
  const commands = /\*\*First look\.\*\*\s+```\n([\s\S]+?)\n```/.exec(section)?.[1] ?? "";
  const ofOtherRegion = commands.match(/ap-southeast-\d/) !== null;
  return [
    ...PARTS.filter((part) => !section.includes(`**${part}.** `) && !section.includes(`**${part}.**\n`)).map(
      (part) => `${purpose} does not say: ${part}`,
    ),
    ...(/^(aws|npm run|red|for) ?/m.test(commands) ? [] : [`${purpose} has no command to look with`]),
    ...(ofOtherRegion ? [`${purpose} looks at a fixed Region`] : []),
    ...(section.includes(kind) ? [] : [`${purpose} does not say that it is ${kind}`]),
  ];
}

describe("the on-call guide", () => {
  const templates = loadTemplates();
  const guide = fs.readFileSync(path.join(DOCS, "alarms.md"), "utf8");

  it("satisfies R40, R54: has a section for every alarm, and for nothing else; each alarm links to its own", () => {
    assert.ok(allAlarms(templates).length > 50);
    assert.deepEqual(guideProblems(guide, templates), []);
  });

  it("and notices a section or a link that is missing, and one that is too many", () => {
    const unlinked = withValue(templates, "monitoring", "QueueAgeAlarm", ["Properties", "AlarmDescription"], "Old.");
    const renamed = mutated(templates, "resource-alarms", (document) => {
      const alarm = isMapping(document["Resources"]) ? document["Resources"]["ThrottlesAlarm"] : undefined;
      assert.ok(isMapping(alarm) && isMapping(alarm["Properties"]));
      alarm["Properties"]["AlarmName"] = { "Fn::Sub": "alarm-refusals-${RegionCode}-${EnvironmentSuffix}" };
    });
    const waking = withValue(templates, "resource-alarms", "DeadlocksAlarm", ["Properties", "AlarmActions"], [{ Ref: "OperationsTopicArn" }]);

    assert.deepEqual(guideProblems(guide, unlinked), ["monitoring/QueueAgeAlarm does not link to its section"]);
    assert.deepEqual(guideProblems(guide, renamed), [
      "resource-alarms/ThrottlesAlarm does not link to its section",
      "resource-alarms/ThrottlesAlarm has no section",
      "alarm-throttles is no alarm",
    ]);
    assert.deepEqual(guideProblems(guide, waking), ["alarm-database-deadlocks does not say that it is *Page.*"]);
    assert.deepEqual(guideProblems(guide.replace(/(### alarm-lease[\s\S]+?)\*\*Do\.\*\*/, "$1"), templates), [
      "alarm-lease does not say: Do",
    ]);
  });

  it("leads nowhere that is not there", () => {
    const documents = new Map(["alarms.md", "runbook.md"].map((name) => [name, anchorsOf(fs.readFileSync(path.join(DOCS, name), "utf8"))]));
    const links = [...guide.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)].map((match) => [match[1] || "alarms.md", match[2]]);
    const broken = links.filter(([file = "", anchor]) => !(anchor === undefined ? documents.has(file) : documents.get(file)?.has(anchor)));
    assert.ok(links.length > 60);
    assert.deepEqual(broken, []);
  });

  it("names log groups, queues, tables and functions as the templates do", () => {
    const named = new Set(
      resources(templates).flatMap(({ properties }) =>
        ["LogGroupName", "QueueName", "TableName", "FunctionName", "DBClusterIdentifier", "DBInstanceIdentifier", "TrailName", "BucketName"].map((property) =>
          text(properties[property])
            .replaceAll("${RegionCode}", "$CODE")
            .replaceAll("${EnvironmentSuffix}", "$SUFFIX")
            .replaceAll("${AWS::AccountId}", "$ACCOUNT"),
        ),
      ),
    );
    const used = [
      ...guide.matchAll(/(?<![\w/$-])((?:\/aws\/[\w/]+\/)?(?:function|queue|table|dbcluster|dbinstance|bucket|trail|api)-[\w$-]+\$SUFFIX(?:\/postgresql)?)/g),
    ].map((match) => (match[1] ?? "").replaceAll("$PEER_CODE", "$CODE"));
    const unknown = used.filter((name) => !named.has(name) && !/-\$[a-z]-/.test(name) && !/function-\$f-/.test(name));
    assert.ok(used.length > 30);
    assert.deepEqual([...new Set(unknown)].filter((name) => name !== "api-payments-$CODE-$SUFFIX"), []);
  });
});
