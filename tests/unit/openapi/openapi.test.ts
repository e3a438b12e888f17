import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { load as loadYaml } from "js-yaml";
import * as z from "zod";
import {
  cancelRequest,
  captureRequest,
  createPaymentRequest,
  IDEMPOTENCY_KEY_PATTERN,
  listPaymentsQuery,
  MAX_BODY_BYTES,
  operationResource,
  PAYMENT_ID_PATTERN,
  paymentListResource,
  paymentResource,
  PROBLEMS,
  PUBLIC_EVENT_NAMES,
  refundRequest,
  REGION_ROLES,
} from "../../../functions/domain";
import { pspNotification } from "../../../functions/shared/psp/notification";
import { statusBody } from "../../../functions/shared/regions/peerStatus";

type Json = Record<string, unknown>;

const ROOT = join(__dirname, "..", "..", "..");
const document = loadYaml(readFileSync(join(ROOT, "docs", "openapi.yaml"), "utf8")) as Json;
const METHODS = ["get", "post", "put", "delete", "patch"];

/** What a path of keys leads to; fails when something is missing on the way. */
function at(...keys: string[]): Json {
  return keys.reduce<Json>((value, key) => {
    assert.ok(Object.hasOwn(value, key), `the document has no ${keys.join(" → ")}`);
    return value[key] as Json;
  }, document);
}

/** The value with every `$ref` replaced by what it refers to (keywords beside it are kept). */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== "object" || value === null) return value;
  const { $ref, ...rest } = value as Json;
  if (typeof $ref !== "string") return mapped(value as Json, resolved);
  return { ...(resolved(at(...$ref.slice(2).split("/"))) as Json), ...mapped(rest, resolved) };
}

function mapped(value: Json, change: (item: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

/** The rules of a schema: without words for people, order-independent, one spelling for each rule. */
function rules(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rules);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema as Json)
    .filter(([key]) => !["$schema", "description", "example", "examples", "title"].includes(key))
    // zod spells a date's format out as a pattern besides.
    .filter(([key]) => !(key === "pattern" && (schema as Json)["format"] === "date-time"))
    .map(([key, value]): [string, unknown] => {
      if (key === "required" || key === "enum") return [key, [...(value as string[])].sort()];
      if (key === "properties") return [key, mapped(value as Json, rules)];
      // One expression, whether written with escapes or with the characters themselves.
      if (key === "pattern") return [key, new RegExp(value as string).source.replace(/\p{Cc}/gu, escaped)];
      return [key, rules(value)];
    });
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

describe("OpenAPI document", () => {
  for (const [name, schema] of [
    ["CreatePayment", createPaymentRequest],
    ["Capture", captureRequest],
    ["Refund", refundRequest],
    ["Cancel", cancelRequest],
    ["Payment", paymentResource],
    ["Operation", operationResource],
    ["PaymentList", paymentListResource],
    ["PspNotification", pspNotification],
  ] as const) {
    it(`has the same rules for ${name} as the code`, () => {
      const ours = rules(z.toJSONSchema(schema, { io: "input" }));
      assert.deepEqual(rules(resolved(at("components", "schemas", name))), ours);
    });
  }

  it("has the same query parameters for the list as the code", () => {
    const parameters = resolved(at("paths", "/v1/payments", "get")["parameters"]) as Json[];
    const query = parameters.filter((parameter) => parameter["in"] === "query");
    const properties = Object.fromEntries(
      query.map((parameter): [string, unknown] => [parameter["name"] as string, rules(parameter["schema"])]),
    );
    const ours = rules(z.toJSONSchema(listPaymentsQuery, { io: "input" })) as Json;
    assert.deepEqual(properties, ours["properties"]);
  });

  it("has the same forms of key and id as the code", () => {
    assert.equal(
      at("components", "parameters", "IdempotencyKey", "schema")["pattern"],
      IDEMPOTENCY_KEY_PATTERN.source,
    );
    assert.equal(at("components", "parameters", "PaymentId", "schema")["pattern"], PAYMENT_ID_PATTERN.source);
    const words = String(at("paths", "/v1/payments", "post", "requestBody")["description"]);
    assert.ok(words.includes(MAX_BODY_BYTES.toLocaleString("en-US")));
  });

  it("lists every problem code, public event and role, and no other", () => {
    assert.deepEqual(at("components", "schemas", "ProblemCode")["enum"], Object.keys(PROBLEMS));
    assert.deepEqual(
      at("components", "schemas", "PaymentEvent", "properties", "type")["enum"],
      PUBLIC_EVENT_NAMES,
    );
    assert.deepEqual(at("components", "schemas", "Status", "properties", "role")["enum"], [
      ...REGION_ROLES,
      "UNKNOWN",
    ]);
  });

  it("has the fields of /status that the function answers, and their values", () => {
    const { properties, required } = z.toJSONSchema(statusBody) as unknown as {
      properties: Record<string, Json>;
      required: string[];
    };
    const documented = at("components", "schemas", "Status");
    assert.deepEqual([...(documented["required"] as string[])].sort(), [...required].sort());
    assert.deepEqual(Object.keys(documented["properties"] as Json).sort(), Object.keys(properties).sort());
    for (const field of ["place", "role", "database", "serviceAlarm"]) {
      const { enum: values } = (documented["properties"] as Record<string, Json>)[field] as {
        enum: string[];
      };
      assert.deepEqual([...values].sort(), [...(properties[field]?.["enum"] as string[])].sort(), field);
    }
  });

  it("shows every problem code with the status and title that the code gives it", () => {
    const shown = new Set<string>();
    for (const [path, item] of Object.entries(at("paths"))) {
      for (const method of METHODS) {
        const operation = (item as Json)[method] as Json | undefined;
        if (operation === undefined) continue;
        for (const [status, response] of Object.entries(resolved(operation["responses"]) as Json)) {
          if (Number(status) < 400 || path === "/status") continue;
          const content = (response as Json)["content"] as Json;
          const { examples } = content["application/problem+json"] as {
            examples: Record<string, { value: Json }>;
          };
          for (const [code, { value }] of Object.entries(examples)) {
            const problem = PROBLEMS[code as keyof typeof PROBLEMS];
            assert.deepEqual(
              [value["code"], value["status"], value["title"], value["type"]],
              [code, problem.status, problem.title, `urn:payments:problem:${code}`],
            );
            assert.ok(Number(status) === problem.status, `${method} ${path} shows ${code} under ${status}`);
            shown.add(code);
          }
        }
      }
    }
    assert.deepEqual([...shown].sort(), Object.keys(PROBLEMS).sort());
  });

  it("has only examples that its own schemas accept", () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { "date-time": true } });
    let checked = 0;
    const visit = (node: unknown, where: string) => {
      if (typeof node !== "object" || node === null) return;
      const { schema, example, examples } = node as { schema?: Json; example?: unknown; examples?: Json };
      const values = [
        ...(example === undefined ? [] : [example]),
        ...Object.values(examples ?? {}).map((item) => (item as { value?: unknown }).value),
      ];
      if (schema !== undefined) {
        for (const value of values) {
          const validate = ajv.compile(schema);
          assert.ok(validate(value), `${where}: ${ajv.errorsText(validate.errors)}`);
          checked += 1;
        }
      }
      for (const [key, item] of Object.entries(node)) visit(item, `${where}/${key}`);
    };
    visit(resolved(at("paths")), "paths");
    assert.ok(checked > 50, `only ${checked} examples`);
  });

  it("requires authentication everywhere but for the service's own paths", () => {
    for (const [path, item] of Object.entries(at("paths"))) {
      for (const method of METHODS) {
        const operation = (item as Json)[method] as Json | undefined;
        if (operation === undefined) continue;
        const anonymous = Array.isArray(operation["security"]) && operation["security"].length === 0;
        assert.equal(anonymous, ["/health", "/status", "/v1/notifications/psp"].includes(path), path);
      }
    }
    assert.deepEqual(document["security"], [{ apiKey: [] }]);
  });

  it("requires an idempotency key for every change of a merchant's", () => {
    for (const [path, item] of Object.entries(at("paths"))) {
      const operation = (item as Json)["post"] as Json | undefined;
      if (operation === undefined || path === "/v1/notifications/psp") continue;
      const parameters = [
        ...(((item as Json)["parameters"] as Json[] | undefined) ?? []),
        ...((operation["parameters"] as Json[] | undefined) ?? []),
      ];
      assert.ok(
        parameters.some((parameter) => parameter["$ref"] === "#/components/parameters/IdempotencyKey"),
        path,
      );
    }
  });

  it("has exactly the methods that API Gateway has", () => {
    const template = readFileSync(join(ROOT, "cfn", "payments.yaml"), "utf8");
    const deployed = [...template.matchAll(/SourceArn: .*\/live\/(GET|POST|PUT|DELETE)\/(\S+)/g)].map(
      ([, method, path]) => `${method} /${path}`,
    );
    const documented = Object.entries(at("paths"))
      .filter(([path]) => path !== "/v1/notifications/psp")
      .flatMap(([path, item]) =>
        METHODS.filter((method) => method in (item as Json)).map(
          (method) => `${method.toUpperCase()} ${path.replace(/\{[^}]+\}/g, "*")}`,
        ),
      );
    assert.deepEqual(documented.sort(), deployed.sort());
  });
});
