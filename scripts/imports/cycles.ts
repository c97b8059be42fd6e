/** Circles of imports. */

/** For each module, the modules that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Circles in the graph, each given once, as the modules along it; `[a, b]`: a imports b imports a. */
export function findCycles(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];

  function visit(module: string): void {
    const start = path.indexOf(module);
    if (start >= 0) return void cycles.push(path.slice(start));
    if (done.has(module)) return;
    path.push(module);
    for (const imported of graph.get(module) ?? []) visit(imported);
    path.pop();
    done.add(module);
  }

  for (const module of graph.keys()) visit(module);
  return cycles;
}
