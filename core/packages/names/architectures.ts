/** Architectures, in the names of files and folders. */

/** How images and packages name an architecture, and how the kernel does. */
const MACHINES: Readonly<Record<string, string>> = {
  amd64: "x86_64",
  arm64: "aarch64",
  ppc64le: "ppc64le",
  s390x: "s390x",
  riscv64: "riscv64",
};

/** Every name of an architecture, for a pattern. */
export const ARCHITECTURES: string = [...new Set(Object.entries(MACHINES).flat())].join("|");

const NAME = new RegExp(`(?<![a-z0-9])(?:${ARCHITECTURES})(?![a-z0-9])`);

/** The architecture that a name tells, as it stands there. */
export function architectureIn(name: string): string | undefined {
  return NAME.exec(name)?.[0];
}

/** `amd64` for `x86_64`, and for itself. */
export function imageArchitecture(written: string): string {
  return Object.keys(MACHINES).find((arch) => MACHINES[arch] === written) ?? written;
}

/** `x86_64` for `amd64`; what is unknown stays as it is. */
export function machineOf(arch: string): string {
  return MACHINES[arch] ?? arch;
}
