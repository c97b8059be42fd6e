/** From the path as a server opens it to one that can be written to. */
import type { FileView } from "./file_view.ts";

/**
 * The same path without doubled slashes, `.` and a slash at the end. `..` is resolved only as the
 * kernel does it, through links; where that cannot be told it stays.
 */
export async function plainPath(view: FileView, path: string): Promise<string> {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const climb = parts.lastIndexOf("..");
  const joined = `/${parts.join("/")}`;
  if (climb < 0) return joined;
  const real = await view.realpath(`/${parts.slice(0, climb + 1).join("/")}`);
  if (real === undefined) return joined;
  return [real === "/" ? "" : real, ...parts.slice(climb + 1)].join("/") || "/";
}
