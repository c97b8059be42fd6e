/** lighttpd, as a member of the list of web servers. */
import type { ServerKind } from "../server.ts";

export const lighttpd: ServerKind = {
  name: "lighttpd",
  programs: ["lighttpd"],
  usual: ["/etc/lighttpd/lighttpd.conf"],
  open: async (running) => (await import("./resolve.ts")).openLighttpd(running),
};
