/** What one reading of a package gives. */
import type { Package, PackageWarning, ReadOptions } from "../../../core/packages/package.ts";

/** Contents by key, copies as `= key`; and what was warned of. */
export interface Seen {
  readonly files: Record<string, string>;
  readonly warnings: PackageWarning[];
  /** How often all had to be forgotten. */
  readonly restarts: number;
}

/** Reads a package as an import does. */
export async function readPackage(one: Package, options: ReadOptions = {}): Promise<Seen> {
  let files: Record<string, string> = {};
  const warnings: PackageWarning[] = [];
  let restarts = 0;
  const onWarning = (warning: PackageWarning) => void warnings.push(warning);
  for await (const item of one.read({ ...options, onWarning }).items) {
    if (item.kind === "file") files[item.key] = new TextDecoder().decode(await item.bytes());
    else if (item.kind === "copy") files[item.key] = `= ${item.of}`;
    else [files, restarts] = [{}, restarts + 1];
  }
  return { files, warnings, restarts };
}
