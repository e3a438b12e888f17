import type { Fact, ReadinessFacts } from "../domain/failover/readiness";

/** Where each fact comes from. Each may throw; then the fact is not known. */
export type FactSources = {
  readonly [Name in Exclude<keyof ReadinessFacts, "place" | "now">]: () => Promise<
    ReadinessFacts[Name] extends Fact<infer Value> ? Value : never
  >;
};

/** Milliseconds for one fact. A Region or service that hangs must not take the other facts with it. */
const FACT_TIMEOUT_MILLISECONDS = 60_000;

/** Gathers all facts side by side. Never throws: what fails is a fact that is not known. */
export async function gatherFacts(
  sources: FactSources,
  { place, now }: Pick<ReadinessFacts, "place" | "now">,
  timeoutMilliseconds = FACT_TIMEOUT_MILLISECONDS,
): Promise<ReadinessFacts> {
  const entries = await Promise.all(
    Object.entries(sources).map(
      async ([name, source]) =>
        [name, await gather(source as () => Promise<unknown>, timeoutMilliseconds)] as const,
    ),
  );
  // Each value came from its own name's source; the type system cannot follow that through entries.
  return { place, now, ...(Object.fromEntries(entries) as Omit<ReadinessFacts, "place" | "now">) };
}

async function gather<T>(source: () => Promise<T>, timeoutMilliseconds: number): Promise<Fact<T>> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error("no answer in time")), timeoutMilliseconds);
  });
  try {
    return { known: true, value: await Promise.race([source(), timeout]) };
  } catch (error) {
    const reason =
      error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : "unknown failure";
    return { known: false, reason };
  } finally {
    clearTimeout(timer);
  }
}
