type Json = Readonly<Record<string, unknown>>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

const HEADER = `Generated from [openapi.yaml](openapi.yaml) by \`npm run -s documents\`; a test fails when it is stale. The same document is held against the
rules by which the functions validate requests, against the methods that API Gateway has, and against the running API, which is fuzzed from it.`;

/** The API reference as Markdown. */
export function apiReference(document: Json): string {
  return new Reference(document).text();
}

class Reference {
  readonly #document: Json;

  constructor(document: Json) {
    this.#document = document;
  }

  text(): string {
    const info = objectOf(this.#document["info"]);
    const operations = Object.entries(objectOf(this.#document["paths"])).flatMap(([path, item]) =>
      METHODS.filter((method) => method in objectOf(item)).map((method) =>
        this.#operation(`${method.toUpperCase()} ${path}`, objectOf(item), objectOf(objectOf(item)[method])),
      ),
    );
    const webhooks = Object.entries(objectOf(this.#document["webhooks"] ?? {})).map(([name, item]) =>
      this.#operation(`Webhook ${name}`, objectOf(item), objectOf(objectOf(item)["post"])),
    );
    const schemas = Object.entries(objectOf(objectOf(this.#document["components"])["schemas"]))
      .filter(([, schema]) => objectOf(schema)["type"] === "object")
      .map(([name, schema]) => this.#schema(name, objectOf(schema)));
    return (
      [
        `# ${textOf(info["title"])}`,
        HEADER,
        textOf(info["description"]).trim(),
        ...operations,
        ...webhooks,
        "# Schemas",
        ...schemas,
        "# Problems",
        this.#problems(),
      ].join("\n\n") + "\n"
    );
  }

  #operation(heading: string, item: Json, operation: Json): string {
    const parameters = [...listOf(item["parameters"]), ...listOf(operation["parameters"])].map((each) =>
      this.#resolved(objectOf(each)),
    );
    const anonymous = Array.isArray(operation["security"]) && operation["security"].length === 0;
    const body = objectOf(operation["requestBody"] ?? {});
    return [
      `## ${heading}`,
      `${textOf(operation["summary"])}.${anonymous ? " No API key." : ""}`,
      ...(operation["description"] === undefined ? [] : [textOf(operation["description"]).trim()]),
      ...(parameters.length === 0
        ? []
        : [
            table(
              ["Parameter", "In", "Required", "Takes", ""],
              parameters.map(({ name, in: where, required, schema, description }) => [
                `\`${textOf(name)}\``,
                textOf(where),
                required === true ? "yes" : "no",
                this.#takes(objectOf(schema)),
                textOf(description),
              ]),
            ),
          ]),
      ...this.#body(body),
      table(["Status", "Answer", "Body", "Headers"], this.#responses(objectOf(operation["responses"]))),
    ].join("\n\n");
  }

  #body(body: Json): string[] {
    const [media, content] = Object.entries(objectOf(body["content"] ?? {}))[0] ?? [];
    if (media === undefined) return [];
    const { schema, example, examples } = objectOf(content);
    const samples = [
      ...(example === undefined ? [] : [example]),
      ...Object.values(objectOf(examples ?? {})).map((each) => objectOf(each)["value"]),
    ];
    return [
      `Body (\`${media}\`${body["required"] === true ? "" : ", may be absent"}): ${this.#takes(objectOf(schema))}. ${textOf(body["description"])}`.trim(),
      ...samples.map((sample) => `\`\`\`json\n${JSON.stringify(sample, null, 2)}\n\`\`\``),
    ];
  }

  #responses(responses: Json): string[][] {
    return Object.entries(responses).map(([status, response]) => {
      const { description, content, headers } = this.#resolved(objectOf(response));
      const bodies = Object.entries(objectOf(content ?? {})).map(
        ([media, each]) => `${this.#takes(objectOf(objectOf(each)["schema"]))} (\`${media}\`)`,
      );
      const codes = Object.values(objectOf(content ?? {}))
        .flatMap((each) => Object.keys(objectOf(objectOf(each)["examples"] ?? {})))
        .filter((code) => Number(status) >= 400 && /^[a-z_]+$/.test(code));
      return [
        status,
        `${textOf(description)}${codes.length > 0 ? ` Codes: ${codes.map((code) => `\`${code}\``).join(", ")}` : ""}`,
        bodies.join(", "),
        Object.keys(objectOf(headers ?? {}))
          .map((name) => `\`${name}\``)
          .join(", "),
      ];
    });
  }

  #schema(name: string, schema: Json): string {
    const required = listOf(schema["required"]).map(String);
    const fields = Object.entries(objectOf(schema["properties"] ?? {})).map(([field, rule]) => [
      `\`${field}\``,
      required.includes(field) ? "yes" : "no",
      this.#takes(objectOf(rule)),
      textOf(objectOf(rule)["description"]),
    ]);
    return [
      `## ${name}`,
      ...(schema["description"] === undefined ? [] : [textOf(schema["description"])]),
      ...(fields.length === 0 ? ["No fields."] : [table(["Field", "Required", "Takes", ""], fields)]),
    ].join("\n\n");
  }

  #problems(): string {
    const found = new Map<string, readonly [string, string]>();
    for (const response of Object.values(objectOf(objectOf(this.#document["components"])["responses"]))) {
      for (const content of Object.values(objectOf(this.#resolved(objectOf(response))["content"] ?? {}))) {
        for (const [code, each] of Object.entries(objectOf(objectOf(content)["examples"] ?? {}))) {
          const { status, title } = objectOf(objectOf(each)["value"]);
          if (typeof status === "number" && status >= 400) found.set(code, [String(status), textOf(title)]);
        }
      }
    }
    const rows = [...found].sort(
      ([a, [one]], [b, [other]]) => one.localeCompare(other) || a.localeCompare(b),
    );
    return table(
      ["Status", "Code", "Title"],
      rows.map(([code, [status, title]]) => [status, `\`${code}\``, title]),
    );
  }

  /** What a schema takes, in a few words; a reference becomes a link. */
  #takes(schema: Json): string {
    const {
      $ref,
      type,
      enum: values,
      const: constant,
      pattern,
      minimum,
      maximum,
      maxLength,
      format,
      items,
    } = schema;
    if (typeof $ref === "string") {
      const name = $ref.split("/").at(-1) ?? "";
      const target = this.#resolved(schema);
      return target["type"] === "object" ? `[${name}](#${name.toLowerCase()})` : this.#takes(target);
    }
    if (constant !== undefined) return `\`${textOf(constant)}\``;
    if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(", ");
    if (type === "array") return `list of ${this.#takes(objectOf(items))}`;
    const parts = [
      Array.isArray(type) ? type.join(" or ") : textOf(type ?? "any"),
      typeof minimum === "number" ? `at least ${minimum}` : undefined,
      typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? `at most ${maximum}` : undefined,
      typeof maxLength === "number" ? `at most ${maxLength} characters` : undefined,
      typeof format === "string" ? format : undefined,
      typeof pattern === "string" ? `\`${pattern.replace(/\p{Cc}/gu, escaped)}\`` : undefined,
    ];
    return parts.filter((part) => part !== undefined).join(", ");
  }

  #resolved(value: Json): Json {
    const { $ref } = value;
    if (typeof $ref !== "string") return value;
    return $ref
      .slice(2)
      .split("/")
      .reduce<Json>((at, key) => objectOf(at[key]), this.#document);
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function textOf(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function objectOf(value: unknown): Json {
  return (value ?? {}) as Json;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((cells) => cells.map(cell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
