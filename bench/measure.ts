/** Time and memory of commands, with all the processes that they start. */

/** A command to run. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What one run took. */
export interface Measured {
  readonly seconds: number;
  /** User and system time of all its processes: a busy machine changes it less than `seconds`. */
  readonly processorSeconds: number;
  /** The most memory that all processes of a command had resident together, in bytes. */
  readonly peakBytes: number;
}

/** How often memory is looked at, in milliseconds. Looking takes time from what is measured. */
const INTERVAL = 50;

const PAGE = 4096;

/** Runs commands one after the other; throws when one fails. */
export async function measure(commands: readonly Command[]): Promise<Measured> {
  let seconds = 0;
  let processorSeconds = 0;
  let peakBytes = 0;
  for (const command of commands) {
    const one = await measureOne(command);
    seconds += one.seconds;
    processorSeconds += one.processorSeconds;
    peakBytes = Math.max(peakBytes, one.peakBytes);
  }
  return { seconds, processorSeconds, peakBytes };
}

async function measureOne({ argv: [program, ...args], env = {} }: Command): Promise<Measured> {
  const begun = performance.now();
  const spent = childrensSeconds();
  const child = new Deno.Command(program, {
    args,
    env: { LC_ALL: "C", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const tree = processTree(child.pid);
  let peakBytes = 0;
  const timer = setInterval(() => peakBytes = Math.max(peakBytes, tree()), INTERVAL);
  const said = new Response(child.stderr).text();
  const { success } = await child.status;
  const seconds = (performance.now() - begun) / 1000;
  clearInterval(timer);
  if (!success) throw new Error(`${program} ${args.join(" ")} failed: ${await said}`);
  return { seconds, processorSeconds: childrensSeconds() - spent, peakBytes };
}

/** Processor time of all children that have ended, by proc(5): cutime and cstime, in 1/100 s. */
function childrensSeconds(): number {
  const fields = read("/proc/self/stat").replace(/^.*\) /s, "").split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/**
 * Makes a function that gives the resident memory of a process and all its descendants in bytes.
 * A process keeps its parent while that lives, so each one's is looked up once.
 */
function processTree(root: number): () => number {
  const inTree = new Map<string, boolean>([[String(root), true]]);
  return () => {
    let pages = 0;
    for (const { name: pid } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      const belongs = inTree.get(pid) ?? inTree.get(parentOf(pid)) ?? false;
      inTree.set(pid, belongs);
      if (belongs) pages += Number(read(`/proc/${pid}/statm`).split(" ")[1] ?? 0);
    }
    return pages * PAGE;
  };
}

/** Behind the program's name in parentheses, which may hold anything, come state and parent. */
function parentOf(pid: string): string {
  return /.*\) \S (\d+)/s.exec(read(`/proc/${pid}/stat`))?.[1] ?? "";
}

/** Empty when the process has ended meanwhile. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = NaN, high = NaN] = [
    sorted[(sorted.length - 1) >> 1],
    sorted[sorted.length >> 1],
  ];
  return (low + high) / 2;
}
