/**
 * A value that depends on something unknown but countable (a parameter with AllowedValues, a condition)
 * is judged once for each possibility. `explore` runs a pure function again and again; each time the function
 * asks `Worlds.choose`, another branch is taken, until all are seen.
 */
export class Worlds {
  #trail: { key: string; index: number; count: number }[] = [];
  #chosen = new Map<string, number>();
  #depth = 0;
  /** Grows with every question; a cache uses it to see whether a value depended on a choice. */
  asked = 0;

  /** Which of `count` possibilities of `key` holds in the present world; -1 outside `explore`. */
  choose(key: string, count: number): number {
    this.asked += 1;
    const known = this.#chosen.get(key);
    if (known !== undefined) return known;
    if (this.#depth === 0) return -1;
    this.#chosen.set(key, 0);
    this.#trail.push({ key, index: 0, count });
    return 0;
  }

  /** The possibility already chosen in this world, if any. */
  chosen(key: string): number | undefined {
    this.asked += 1;
    return this.#chosen.get(key);
  }

  /** Describes the present world: the keys asked for and the possibility of each. */
  describe(): string {
    return this.#trail.map((step) => step.key).join(", ");
  }

  /**
   * Runs `judge` in every world that it distinguishes, at most `limit` of them.
   * `complete` is false when some were left out.
   */
  explore<Outcome>(
    judge: () => Outcome,
    limit: number,
  ): { outcomes: Outcome[]; complete: boolean; keys: string } {
    if (this.#depth > 0) throw new Error("explore may not be nested");
    const outcomes: Outcome[] = [];
    let keys = "";
    this.#depth = 1;
    try {
      for (;;) {
        outcomes.push(judge());
        if (this.#trail.length > 0 && keys === "") keys = this.describe();
        let last = this.#trail.at(-1);
        while (last !== undefined && last.index + 1 >= last.count) {
          this.#trail.pop();
          last = this.#trail.at(-1);
        }
        if (last === undefined) return { outcomes, complete: true, keys };
        if (outcomes.length >= limit) return { outcomes, complete: false, keys };
        last.index += 1;
        this.#chosen = new Map(this.#trail.map((step) => [step.key, step.index]));
      }
    } finally {
      this.#trail = [];
      this.#chosen = new Map();
      this.#depth = 0;
    }
  }
}
