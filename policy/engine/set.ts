import type { MapNode } from "./nodes";
import { Template, type Resource, type TemplateInputs } from "./template";
import type { Value } from "./values";
import { Worlds } from "./worlds";

/** Everything that is judged together: a companion resource may stand in another template of the set. */
export class TemplateSet {
  readonly templates: Template[] = [];
  readonly worlds = new Worlds();
  #byType: Map<string, Resource[]> | undefined;

  /**
   * Reads a template and adds it.
   * @throws TemplateReadError when it cannot be read; the set is then unchanged.
   */
  add(file: string, source: string | MapNode, inputs: TemplateInputs = {}): Template {
    const template = Template.read(file, source, inputs, this);
    this.templates.push(template);
    this.#byType = undefined;
    return template;
  }

  /** All resources of a type in the set, whether or not their condition holds. */
  ofType(type: string): readonly Resource[] {
    if (this.#byType === undefined) {
      this.#byType = new Map();
      for (const template of this.templates) {
        for (const resource of template.resources.values()) {
          const list = this.#byType.get(resource.type);
          if (list === undefined) this.#byType.set(resource.type, [resource]);
          else list.push(resource);
        }
      }
    }
    return this.#byType.get(type) ?? [];
  }

  /** The number of templates; what was found in a smaller set may be out of date. */
  get size(): number {
    return this.templates.length;
  }

  /** The value that some template of the set exports under this name. */
  exported(name: string): Value | undefined {
    for (const template of this.templates) {
      const value = template.evaluator.exports().get(name);
      if (value !== undefined) return template.evaluator.evaluate(value);
    }
    return undefined;
  }
}
