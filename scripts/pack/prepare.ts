/** What happens in a packed file before the program runs. */
import { startedFrom } from "../../cli/about.ts";

const file = Deno.env.get("BINIMPORT_SELF");
if (file !== undefined) startedFrom(file);

// The programs that we start, and a plug-in's, are to see the variables that the user set and not
// those of scripts/pack/launcher.sh. Deno has read them by now.
const OURS = [
  "BINIMPORT_SELF",
  "DENO_DIR",
  "DENO_NO_UPDATE_CHECK",
  "DENO_NO_PACKAGE_JSON",
  "DENO_TLS_CA_STORE",
];
for (const name of OURS) Deno.env.delete(name);

// Nothing here calls native code, and no plug-in needs to; scripts/program_flags.ts says why no
// permission forbids it.
Reflect.deleteProperty(Deno, "dlopen");

// The launcher tried it when it unpacked. What is not needed is not loaded: `--version` would take
// twice as long.
if (exists(new URL("../no-tls", import.meta.url))) {
  (await import("../../core/http/errors.ts")).forbidTls();
}

function exists(file: URL): boolean {
  try {
    return Deno.lstatSync(file).isFile;
  } catch {
    return false;
  }
}
