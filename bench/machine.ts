/** What the benchmarks ran on, and with. */
import { $ } from "zx";
import project from "../deno.json" with { type: "json" };
import { findProgram } from "../scripts/services/cache.ts";
import { BENCH_PROGRAMS, TEST_PROGRAMS } from "../scripts/services/go.ts";

const shell = $({ quiet: true, nothrow: true });

/** Processor, memory, kernel and disk, as lines of Markdown. */
export async function describeMachine(scratch: string): Promise<string[]> {
  const cpu = /^model name\s*: (.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  const { total } = Deno.systemMemoryInfo();
  const kind = (await shell`findmnt -no FSTYPE -T ${scratch}`).stdout.trim();
  return [
    `${navigator.hardwareConcurrency} cores of ${cpu ?? Deno.build.arch}, ${
      (total / 2 ** 30).toFixed(0)
    } GiB of memory`,
    `Linux ${Deno.osRelease()}; files on ${kind || "an unknown file system"}${await diskKind(
      scratch,
    )}`,
  ];
}

/** Versions of all that took part, as lines of Markdown. */
export async function describeVersions(): Promise<string[]> {
  const firstLine = async (program: string) =>
    (await shell`${findProgram(program) ?? program} --version`).stdout.split("\n")[0]?.trim() ?? "";
  const built = [...TEST_PROGRAMS, ...BENCH_PROGRAMS]
    .filter(({ program }) => findProgram(program) !== undefined);
  return [
    `binimport ${project.version} on Deno ${Deno.version.deno}`,
    await firstLine("tar"),
    await firstLine("gzip"),
    await firstLine("bsdtar"),
    ...built.map(({ program, version }) => `${program} ${version}`),
  ].filter((line) => line !== "");
}

async function diskKind(folder: string): Promise<string> {
  const device = (await shell`findmnt -no SOURCE -T ${folder}`).stdout.trim().replace("/dev/", "");
  if (/^x?vd/.test(device)) return ", on a virtual disk";
  if (device.startsWith("loop")) return ", new and in an image of its own";
  if (device.startsWith("nvme")) return ", on NVMe";
  const path = `/sys/class/block/${device}/queue/rotational`;
  const rotational = (await Deno.readTextFile(path).catch(() => "")).trim();
  return rotational === "" ? "" : rotational === "1" ? ", on a hard disk" : ", on an SSD";
}

/** A folder on a tmpfs, where the memory has room for the largest target. */
export async function folderInMemory(): Promise<string | undefined> {
  const { available } = Deno.systemMemoryInfo();
  const { stdout } = await $({ quiet: true, nothrow: true })`findmnt -no FSTYPE -T /dev/shm`;
  const seen = stdout.trim().split("\n").at(-1); // the last mount hides those before it
  if (seen !== "tmpfs" || available < 14 * 2 ** 30) return undefined;
  return await Deno.makeTempDir({ dir: "/dev/shm", prefix: "binimport-bench-" });
}
