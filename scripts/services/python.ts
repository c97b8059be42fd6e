/** Programs from PyPI, at fixed versions, in a virtual environment of the cache. */
import { $ } from "zx";
import { cacheFolder, findProgram } from "./cache.ts";
import type { Part } from "./part.ts";

/** What has to run, and all that it needs. */
const PACKAGES = [
  "ansible-core==2.19.14", // the last series for the Python of Debian 12
  "kubernetes-validate==1.37.0", // with the schemas of Kubernetes itself
  "attrs==26.1.0",
  "cffi==2.1.1",
  "cryptography==50.0.2",
  "importlib_resources==7.1.0",
  "Jinja2==3.1.6",
  "jsonschema==4.26.0",
  "jsonschema-specifications==2025.9.1",
  "MarkupSafe==3.0.4",
  "packaging==26.4",
  "pycparser==3.12",
  "PyYAML==6.0.4",
  "referencing==0.37.0",
  "resolvelib==1.2.1",
  "rpds-py==2026.9.1",
  "typing_extensions==4.16.0",
];

/** Program → package. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "ansible-playbook": "ansible-core",
  "kubernetes-validate": "kubernetes-validate",
};

/** Installs them unless the cache holds them at these versions. */
export async function providePythonPrograms(): Promise<Part[]> {
  const present = await isInstalled();
  const failure = present ? undefined : await install();
  return Object.entries(PROGRAMS).map(([program, name]): Part => {
    if (failure !== undefined || findProgram(program) === undefined) {
      return { program, state: "MISSING", detail: failure ?? "not there after it was installed" };
    }
    const detail = PACKAGES.find((one) => one.startsWith(`${name}==`)) ?? "";
    return { program, state: present ? "present" : "installed", detail };
  });
}

function folder(): string {
  return `${cacheFolder()}/python`;
}

/** Written last: what was installed. */
function recordPath(): string {
  return `${folder()}/packages.txt`;
}

function record(): string {
  return PACKAGES.map((one) => `${one}\n`).join("");
}

async function isInstalled(): Promise<boolean> {
  return await Deno.readTextFile(recordPath()).then((text) => text === record(), () => false);
}

/** Why it could not; undefined when it could. */
async function install(): Promise<string | undefined> {
  const [python, pip] = [findProgram("python3"), findProgram("pip3")];
  if (python === undefined || pip === undefined) return "needs python3 and pip3";
  const shell = $({ quiet: true, nothrow: true });
  await Deno.mkdir(`${cacheFolder()}/bin`, { recursive: true });
  // Debian's python3 cannot put pip there itself without one more package.
  const made = await shell`${python} -m venv --clear --without-pip ${folder()}`;
  if (!made.ok) return `venv failed: ${made.stderr.trim().split("\n").at(-1)}`;
  const options = ["--quiet", "--no-deps", "--disable-pip-version-check", "--only-binary=:all:"];
  const done = await shell`${pip} --python ${folder()}/bin/python install ${options} ${PACKAGES}`;
  if (!done.ok) return `pip failed: ${done.stderr.trim().split("\n").at(-1)}`;
  for (const program of Object.keys(PROGRAMS)) {
    const link = `${cacheFolder()}/bin/${program}`;
    await Deno.remove(link).catch(() => {});
    await Deno.symlink(`${folder()}/bin/${program}`, link);
  }
  await Deno.writeTextFile(recordPath(), record());
  return undefined;
}
