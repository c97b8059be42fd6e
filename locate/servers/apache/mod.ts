/** Apache httpd, as a member of the list of web servers. */
import type { ServerKind } from "../server.ts";

/** `apache2` on Debian and `httpd` elsewhere. */
export const apache: ServerKind = {
  name: "Apache httpd",
  programs: ["apache2", "httpd"],
  usual: ["/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf"],
  open: async (running) => (await import("./resolve.ts")).openApache(running),
};
