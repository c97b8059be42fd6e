/** What commands lend to adapters. */
import type { AdapterHost } from "../core/adapter.ts";
import { plainHost } from "../core/host.ts";
import type { Context } from "./context.ts";
import type { Reporter } from "./output/reporter.ts";

/** A host that knows this process's variables, and shows warnings as the other ones. */
export function adapterHost(context: Context, reporter: Reporter, retries: number): AdapterHost {
  const plain = plainHost({ debug: reporter.debug, warn: reporter.warn });
  return { ...plain, retries, env: context.env, signal: context.signal };
}
