/** Which names of adapters stand for files. */

/** Whether an adapter's name is the address of a file. */
export function isPluginAddress(name: string): boolean {
  return name.startsWith("file:") || name.includes("/") || /\.[mc]?[jt]s$/.test(name);
}
