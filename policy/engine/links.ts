import type { TemplateSet } from "./set";
import type { Resource } from "./template";
import { Reference, Text, isList, isMap, symbolOf, type Value } from "./values";

/** The property that holds a resource's physical name, where other resources may name it by text. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::RestApi": "Name",
  "AWS::ApiGateway::Stage": "StageName",
  "AWS::CloudTrail::Trail": "TrailName",
  "AWS::CloudWatch::Alarm": "AlarmName",
  "AWS::CloudWatch::CompositeAlarm": "AlarmName",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::DynamoDB::Table": "TableName",
  "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::RDS::DBCluster": "DBClusterIdentifier",
  "AWS::RDS::DBInstance": "DBInstanceIdentifier",
  "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
  "AWS::RDS::GlobalCluster": "GlobalClusterIdentifier",
  "AWS::S3::Bucket": "BucketName",
  "AWS::SNS::Topic": "TopicName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::SecretsManager::Secret": "Name",
};

const identity = (resource: Resource): string => `&${resource.template.file}#${resource.logicalId}`;

/** The resources that a value refers to, directly or inside a text or a list. */
export function referenced(value: Value | undefined): Resource[] {
  if (value instanceof Reference) return [value.resource];
  if (value instanceof Text)
    return value.parts.flatMap((part) => (part instanceof Reference ? [part.resource] : []));
  return isList(value) ? value.flatMap(referenced) : [];
}

/** The keys under which a value can be found: the resources it refers to, its text, and the text's last segment. */
function keysOf(value: Value | undefined): string[] {
  if (isList(value)) return value.flatMap(keysOf);
  const keys = referenced(value).map(identity);
  // A bare reference stands for its resource only; its symbol is no name.
  if (value === undefined || value instanceof Reference || isMap(value)) return keys;
  const symbol = symbolOf(value);
  if (symbol === "") return keys;
  keys.push(symbol);
  const segment = /[^:/]+$/.exec(symbol.replace(/\/\*$/, ""))?.[0];
  if (segment !== undefined && segment !== symbol) keys.push(segment);
  return keys;
}

function keysOfResource(resource: Resource): string[] {
  const property = NAME_PROPERTIES[resource.type];
  const name = property === undefined ? undefined : resource.get(property);
  return name === undefined ? [identity(resource)] : [identity(resource), symbolOf(name)];
}

/** True when the value names this resource: by Ref or GetAtt, by its name, or by an ARN or URL that ends in it. */
export function denotes(value: Value | undefined, resource: Resource): boolean {
  const own = keysOfResource(resource);
  return keysOf(value).some((key) => own.includes(key));
}

type Index = Map<string, Resource[]>;
const indexes = new WeakMap<TemplateSet, Map<string, { size: number; index: Index }>>();

/**
 * The resources of `type` (other than those whose condition does not hold) whose property at `path` names `resource`.
 * Found through an index, so that judging stays linear in the number of resources.
 */
export function companions(
  set: TemplateSet,
  type: string,
  path: string,
  resource: Resource,
): readonly Resource[] {
  const index = indexFor(set, type, path);
  if (index.size === 0) return [];
  const found = new Set<Resource>();
  for (const key of keysOfResource(resource)) {
    for (const companion of index.get(key) ?? []) if (companion.exists()) found.add(companion);
  }
  return [...found];
}

function indexFor(set: TemplateSet, type: string, path: string): Index {
  const candidates = set.ofType(type);
  let known = indexes.get(set);
  if (known === undefined) indexes.set(set, (known = new Map<string, { size: number; index: Index }>()));
  const name = `${type} ${path}`;
  const cached = known.get(name);
  if (cached !== undefined && cached.size === candidates.length) return cached.index;
  const before = set.worlds.asked;
  const index: Index = new Map();
  for (const candidate of candidates) {
    for (const key of keysOf(candidate.get(path))) {
      const list = index.get(key);
      if (list === undefined) index.set(key, [candidate]);
      else list.push(candidate);
    }
  }
  // What depends on the present world may not be kept.
  if (set.worlds.asked === before) known.set(name, { size: candidates.length, index });
  return index;
}

/** The resource that a value names, among the resources of a type; undefined when it is not in the set. */
export function target(set: TemplateSet, type: string, value: Value | undefined): Resource | undefined {
  const direct = referenced(value).find((resource) => resource.type === type);
  if (direct !== undefined || value === undefined) return direct;
  return set.ofType(type).find((resource) => denotes(value, resource));
}
