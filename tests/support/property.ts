/**
 * Property tests that try the same on every run: what fails in one place fails everywhere. To look
 * elsewhere, give another seed, or `random`:
 *
 *     FC_SEED=random deno test -A tests/locate/servers/nginx/differential_test.ts
 */
import fc from "fast-check";

const wanted = Deno.env.get("FC_SEED") ?? "20261130";

if (wanted !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });

export default fc;
