/** Programs built from Go modules, at fixed versions, into the cache. */
import { $ } from "zx";
import { cacheFolder, findProgram } from "./cache.ts";
import type { Part } from "./part.ts";

/** A program of a Go module. */
export interface GoProgram {
  readonly program: string;
  readonly module: string;
  /** Where in the module it is; default: at its top. */
  readonly path?: string;
  /** A release or pseudo-version. */
  readonly version: string;
  /**
   * Built from a module of our own that requires it: `go install` asks for its list of versions,
   * which module proxies refuse to give, or refuses its `replace` directives.
   */
  readonly required?: true;
  /** Modules that it replaces by folders of its repository, and their release. */
  readonly staging?: { readonly modules: readonly string[]; readonly version: string };
}

/** The modules that are published out of Kubernetes' own repository. */
const STAGING = [
  "api",
  "apiextensions-apiserver",
  "apimachinery",
  "apiserver",
  "cli-runtime",
  "client-go",
  "cloud-provider",
  "cluster-bootstrap",
  "code-generator",
  "component-base",
  "component-helpers",
  "controller-manager",
  "cri-api",
  "cri-client",
  "csi-translation-lib",
  "dynamic-resource-allocation",
  "endpointslice",
  "externaljwt",
  "kms",
  "kube-aggregator",
  "kube-controller-manager",
  "kube-proxy",
  "kube-scheduler",
  "kubectl",
  "kubelet",
  "metrics",
  "mount-utils",
  "pod-security-admission",
  "sample-apiserver",
].map((name) => `k8s.io/${name}`);

/** 1.34 is the last one that runs on hosts with control groups v1. */
function kubernetes(program: string): GoProgram {
  return {
    program,
    module: "k8s.io/kubernetes",
    path: `cmd/${program}`,
    version: "v1.34.3",
    required: true,
    staging: { modules: STAGING, version: "v0.34.3" },
  };
}

/** The oldest one that is met where Kubernetes is kept up to date, and the newest. */
function crictl(program: string, version: string): GoProgram {
  const module = "sigs.k8s.io/cri-tools";
  return { program, module, path: "cmd/crictl", version, required: true };
}

/** Servers that tests run against, and clients of them. */
export const TEST_PROGRAMS: readonly GoProgram[] = [
  {
    program: "minio",
    module: "github.com/minio/minio",
    version: "v0.0.0-20260212201848-7aac2a2c5b7c",
  },
  { program: "mc", module: "github.com/minio/mc", version: "v0.0.0-20250313080218-cf909e1063a9" },
  // A WebDAV server in the tests, a peer in the benchmarks.
  { program: "rclone", module: "github.com/rclone/rclone", version: "v1.76.0" },
  // Another S3 server, over a folder.
  {
    program: "versitygw",
    module: "github.com/versity/versitygw",
    path: "cmd/versitygw",
    version: "v1.8.0",
  },
  // One more S3 server, on a store of its own.
  {
    program: "weed",
    module: "github.com/seaweedfs/seaweedfs",
    path: "weed",
    version: "v0.0.0-20261109003541-7506e5f91cd6",
    required: true,
  },
  // They share most of their packages: the first one takes longest.
  kubernetes("kube-apiserver"),
  kubernetes("kubelet"),
  kubernetes("kube-controller-manager"),
  kubernetes("kube-scheduler"),
  crictl("crictl", "v1.34.0"),
  crictl("crictl-1.37", "v1.37.0"),
];

/** Peers that only benchmarks run. */
export const BENCH_PROGRAMS: readonly GoProgram[] = [
  { program: "s5cmd", module: "github.com/peak/s5cmd/v2", version: "v2.3.0", required: true },
];

/** Builds the program unless the cache holds it at this version; takes minutes then. */
export async function provideGoProgram(
  wanted: GoProgram,
  onBuild: (wanted: GoProgram) => void,
): Promise<Part> {
  const { program, version } = wanted;
  const go = findProgram("go");
  if (go === undefined) {
    return { program, state: "MISSING", detail: "needs Go to build it: no go on PATH" };
  }
  if (await isBuilt(go, wanted)) return { program, state: "present", detail: version };
  onBuild(wanted);
  const failure = await build(go, wanted);
  return failure === undefined && await isBuilt(go, wanted)
    ? { program, state: "installed", detail: version }
    : { program, state: "MISSING", detail: failure ?? `not at ${version} after its build` };
}

/** Go writes into a binary what it was built from. */
async function isBuilt(go: string, { program, module, version }: GoProgram): Promise<boolean> {
  const { stdout } = await $({ quiet: true, nothrow: true })`${go} version -m ${binary(program)}`;
  return stdout.split("\n").some((line) => {
    const [kind = "", name, found] = line.trim().split("\t");
    return /^(?:mod|dep)$/.test(kind) && name === module && found === version;
  });
}

/** Why it could not; undefined when it could. */
async function build(go: string, wanted: GoProgram): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-go-" });
  const shell = $({ quiet: true, nothrow: true, cwd: folder, env: environment() });
  const { program, module, path, version, required, staging } = wanted;
  const source = path === undefined ? module : `${module}/${path}`;
  const replaced = staging?.modules.map((one) => `-replace=${one}=${one}@${staging.version}`) ?? [];
  try {
    const done = required === true
      ? await shell`${go} mod init build &&
          ${go} mod edit -require=${module}@${version} ${replaced} &&
          ${go} build -mod=mod -buildvcs=false -o ${binary(program)} ${source}`
      : await shell`${go} install ${source}@${version}`;
    return done.ok ? undefined : `go failed: ${done.stderr.trim().split("\n").at(-1)}`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Without cgo the result needs neither a C compiler nor this machine's libraries. */
function environment(): Record<string, string> {
  return { ...Deno.env.toObject(), CGO_ENABLED: "0", GOBIN: `${cacheFolder()}/bin` };
}

function binary(program: string): string {
  return `${cacheFolder()}/bin/${program}`;
}
