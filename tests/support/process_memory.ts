/** How much memory a process takes. */

/** Watches a process until it ends; gives the most that it ever had in memory, in bytes. */
export async function peakMemory(child: Deno.ChildProcess): Promise<number> {
  let peak = 0;
  let running = true;
  child.status.then(() => running = false);
  while (running) {
    peak = Math.max(peak, memoryNow(child.pid));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return peak;
}

/** The high-water mark of its resident set (proc(5), VmHWM); 0 when it is gone. */
function memoryNow(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
